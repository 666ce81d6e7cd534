"""How a call of Slack's Web API is made: within its budget, its failure in the core's words."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeArgument=false
# slack_sdk leaves its keyword arguments and the data of its answers untyped; few modules see them.

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots.http_sessions import NETWORK_ERRORS
from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError
from core.redis import RateLimit, RateLimiter

from .errors import FLOOD_CODES, TOKEN_CODES, MissingScopeError, outbox_error
from .scopes import missing_scopes

_log = structlog.get_logger()
_SOON, _LATER = 1.0, 2.0
"""Seconds to wait when Slack says "too fast" but not for how long: of one method, of a workspace's messages."""
GATEWAY_FAILURE = 500
TOO_MANY = 429


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Make the SDK's client; it sends each call once, for a repeated post would be a second message.

    `session` knows the way to `base_url`.
    """
    client = AsyncWebClient(
        token=token, base_url=base_url, session=session, retry_handlers=[], logger=sdk_logger("slack_sdk")
    )
    client.proxy = None  # which the SDK takes from some variables of the environment
    return client


def sdk_logger(name: str, level: int = logging.WARNING) -> logging.Logger:
    """Make a logger for the SDK that never renders whole requests, which hold what people wrote."""
    logger = logging.getLogger(f"{__package__}.{name}")
    logger.setLevel(level)
    return logger


class Caller:
    """Makes calls for one workspace, each within its limits.

    Raises `RateLimitedError` before or instead of waiting, and what `ask` raises.
    """

    def __init__(self, client: AsyncWebClient, rate_limiter: RateLimiter) -> None:
        self.client = client
        self._rate_limiter = rate_limiter
        self._complained: set[str] = set()

    async def __call__(
        self, send: Callable[[], Awaitable[AsyncSlackResponse]], *within: RateLimit, keep: int = 0
    ) -> AsyncSlackResponse:
        """Make one call that counts against the limits `within`, the first of which is its method's own.

        `keep` is the room that it leaves for others.
        """
        wait = await self._rate_limiter.acquire(*within, keep=keep)
        if wait > 0:
            raise RateLimitedError(wait)
        try:
            return await ask(send)
        except RateLimitedError as error:
            _log.warning("Slack asked to slow down", method=within[0].name, seconds=error.retry_after)
            await self._rate_limiter.pause(within[0].name, error.retry_after)
            raise
        except MissingScopeError as error:
            self._complain(within[0].name, error)
            raise

    def _complain(self, method: str, error: MissingScopeError) -> None:
        """Tell the operator of each missing scope, once."""
        if error.needed not in self._complained:
            self._complained.add(error.needed)
            _log.error(
                "the Slack app lacks a scope; add it at api.slack.com and install the app again",
                needed=error.needed,
                provided=error.provided,
                method=method,
            )


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose bot token it is: the workspace, the bot's own user id, and the scopes that the token lacks."""

    team: str
    user: str
    missing_scopes: tuple[str, ...] = ()
    workspace: str = ""
    """The name of the workspace."""


async def who_am_i(client: AsyncWebClient) -> Identity:
    """Check the bot token; raises each `OutboxError`. Slack: auth.test."""
    answer = await ask(client.auth_test)
    granted = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
    return Identity(
        team=str(answer.get("team_id") or ""),
        user=str(answer.get("user_id") or ""),
        missing_scopes=missing_scopes(str(granted)),
        workspace=str(answer.get("team") or ""),
    )


async def open_socket(client: AsyncWebClient, app_token: str) -> str:
    """Ask for the address of a socket, good for one connection. Slack: apps.connections.open."""
    answer = await ask(lambda: client.apps_connections_open(app_token=app_token))
    return str(answer["url"])


async def ask(send: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    """Make one call of the SDK and translate its failure; Slack's word for a refusal is the error's text."""
    try:
        return await send()
    except SlackApiError as error:
        raise _translated(error.response) from error
    except NETWORK_ERRORS as error:
        raise PlatformUnreachableError(type(error).__name__) from error
    except AttributeError as error:  # how the SDK fails on a 200 that is plain text
        raise PlatformUnreachableError("no answer that could be read") from error


def _translated(answer: object) -> OutboxError:
    if not isinstance(answer, AsyncSlackResponse):
        return PlatformUnreachableError("no answer that could be read")
    code = str(answer.data.get("error") or "") if isinstance(answer.data, dict) else ""
    if answer.status_code == TOO_MANY or code in FLOOD_CODES:
        return RateLimitedError(_LATER if code == "message_limit_exceeded" else retry_after(answer.headers))
    if answer.status_code >= GATEWAY_FAILURE:
        return PlatformUnreachableError(f"status {answer.status_code}")
    if code == "missing_scope":
        return MissingScopeError(str(answer.get("needed") or ""), str(answer.get("provided") or ""))
    if code in TOKEN_CODES:
        _log.error("Slack does not accept the bot token", reason=code)
    return outbox_error(code)


def retry_after(headers: Mapping[str, str]) -> float:
    """Read how many seconds an answer asks to wait."""
    value = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return float(value) if value.replace(".", "", 1).isdigit() else _SOON
