"""Calls of Slack's Web API, within their rate limits and with errors of the core."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false
# slack_sdk leaves its keyword arguments and the data of its responses untyped; few modules see them.

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from core.chat.port.errors import (
    ContentRejectedError,
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
)
from core.chat.port.platform_calls import PlatformCalls
from core.http_sessions import NETWORK_ERRORS
from core.json_reader import clean_code
from core.redis import RateLimit, RateLimiter

from .bot_account import BotAccount
from .errors import RATE_LIMIT_CODES, TOKEN_CODES, MissingScopeError, error_from_code
from .required_scopes import AGENT_SCOPE, list_known_scopes, missing_scopes

_log = structlog.get_logger()
_DEFAULT_RETRY_DELAY, _WORKSPACE_RETRY_DELAY = 1.0, 2.0
"""Seconds to wait if a rate limit of Slack names no time: for one method, for the messages of a workspace."""
_MAX_RETRY_DELAY = 3600.0
"""Seconds: nobody waits longer because of a header."""
_UNREADABLE_CODE = "unreadable_code"
"""Stands for an error's code that is no identifier."""
_OK, _TOO_MANY_REQUESTS, _SERVER_ERROR = 200, 429, 500


def create_web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Create the SDK's client; it sends each call once, since a repeated post would be a second message.

    `session` reaches `base_url`, through a proxy if there is one.
    """
    client = AsyncWebClient(
        token=token, base_url=base_url, session=session, retry_handlers=[], logger=create_sdk_logger("slack_sdk")
    )
    client.proxy = None  # the SDK reads it from environment variables
    return client


def create_sdk_logger(name: str, level: int = logging.WARNING) -> logging.Logger:
    """Create a logger for the SDK that never logs whole requests, which contain messages of users."""
    logger = logging.getLogger(f"{__package__}.{name}")
    logger.setLevel(level)
    return logger


class ApiCaller:
    """Makes calls for one workspace within their rate limits.

    Raises `RateLimitedError` instead of waiting, and the errors of `send_request`.
    """

    def __init__(self, bot: BotAccount, rate_limiter: RateLimiter, calls: PlatformCalls) -> None:
        self.client = bot.client
        self._bot = bot
        self._calls = calls
        self._rate_limiter = rate_limiter
        self._reported_scopes: set[str] = set()

    async def __call__(
        self,
        send: Callable[[], Awaitable[AsyncSlackResponse]],
        *limits: RateLimit,
        reserve: int = 0,
        person: str = "",
    ) -> AsyncSlackResponse:
        """Make one call that counts against `limits`, the first of which is that of its method.

        `reserve` calls are left for others; `person` is the user on whose behalf it is made, "" if there is none.
        """
        wait = await self._rate_limiter.acquire(*limits, reserve=reserve, person=person)
        if wait > 0:
            raise RateLimitedError(wait)
        await self._bot.authorize()
        try:
            with self._calls.counting(limits[0].name):
                return await self._send(send)
        except RateLimitedError as error:
            _log.warning("Slack asked to slow down", method=limits[0].name, seconds=error.retry_after)
            await self._rate_limiter.pause(limits[0].name, error.retry_after)
            raise
        except MissingScopeError as error:
            self._report_missing_scope(limits[0].name, error)
            raise

    async def _send(self, send: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
        """Make a call, once more if Slack refuses a token that has been replaced; it did nothing then."""
        try:
            return await send_request(send)
        except RecipientGoneError as error:
            if str(error) not in TOKEN_CODES or not await self._bot.renew():
                raise
        return await send_request(send)

    def _report_missing_scope(self, method: str, error: MissingScopeError) -> None:
        """Log each missing scope once."""
        if error.needed not in self._reported_scopes:
            self._reported_scopes.add(error.needed)
            _log.error(
                "the Slack app lacks a scope; add it at api.slack.com and install the app again",
                needed=error.needed,
                provided=error.provided,
                method=method,
            )


@dataclass(frozen=True, slots=True)
class Identity:
    """The owner of a bot token: the workspace, the bot's user id, and the scopes that the token lacks."""

    team: str
    user: str
    missing_scopes: tuple[str, ...] = ()
    workspace: str = ""
    """The name of the workspace."""
    is_agent: bool = False
    """The app is declared as an agent, whether the workspace has agents or not."""


async def fetch_identity(client: AsyncWebClient) -> Identity:
    """Check the bot token; raises each `OutboxError`. Slack: auth.test."""
    response = await send_request(client.auth_test)
    granted = next((value for name, value in response.headers.items() if name.lower() == "x-oauth-scopes"), "")
    return Identity(
        team=str(response.get("team_id") or ""),
        user=str(response.get("user_id") or ""),
        missing_scopes=missing_scopes(str(granted)),
        workspace=str(response.get("team") or ""),
        is_agent=AGENT_SCOPE in list_known_scopes(granted).split(","),
    )


async def open_socket(client: AsyncWebClient, app_token: str) -> str:
    """Return the address of a socket, valid for one connection. Slack: apps.connections.open."""
    response = await send_request(lambda: client.apps_connections_open(app_token=app_token))
    return str(response["url"])


async def send_request(send: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    """Make one call of the SDK and translate its errors; the text of a refusal is Slack's error code."""
    try:
        return await send()
    except SlackApiError as error:
        raise _translate_error(error.response) from error
    except NETWORK_ERRORS as error:
        raise PlatformUnreachableError(type(error).__name__) from error
    except AttributeError as error:  # the SDK raises it for a 200 with plain text
        raise PlatformUnreachableError("the response could not be read") from error


def _translate_error(response: object) -> OutboxError:
    if not isinstance(response, AsyncSlackResponse):
        return PlatformUnreachableError("the response could not be read")
    said = str(response.data.get("error") or "") if isinstance(response.data, dict) else ""
    code = clean_code(said, _UNREADABLE_CODE) if said else ""
    if response.status_code == _TOO_MANY_REQUESTS or code in RATE_LIMIT_CODES:
        return RateLimitedError(
            _WORKSPACE_RETRY_DELAY if code == "message_limit_exceeded" else _parse_retry_after(response.headers)
        )
    if response.status_code >= _SERVER_ERROR:
        return PlatformUnreachableError(f"status {response.status_code}")
    if code == "missing_scope":
        return MissingScopeError(list_known_scopes(response.get("needed")), list_known_scopes(response.get("provided")))
    if code in TOKEN_CODES:
        _log.error("Slack does not accept the bot token", reason=code)
    return error_from_code(code)


def check_status(status: int, headers: Mapping[str, str]) -> None:
    """Raise the error of a response beside the Web API that is no success: of a file, or of a response URL."""
    if status == _TOO_MANY_REQUESTS:
        raise RateLimitedError(_parse_retry_after(headers))
    if status >= _SERVER_ERROR:
        raise PlatformUnreachableError(f"status {status}")
    if status != _OK:
        raise ContentRejectedError(f"status {status}")


def _parse_retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds to wait that a response asks for."""
    value = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return min(float(value), _MAX_RETRY_DELAY) if value.replace(".", "", 1).isdecimal() else _DEFAULT_RETRY_DELAY
