"""Check whether Slack accepts the tokens of the app."""

# pyright: reportUnknownMemberType=false
# slack_sdk leaves further arguments of its methods untyped.

from __future__ import annotations

from collections.abc import Sequence

import aiohttp

from bots.check_findings import Finding, FindingState
from core.chat.port.errors import OutboxError, PlatformUnreachableError, RateLimitedError
from core.error_words import keep_error_words
from core.http_sessions import Sessions
from core.settings import Proxies

from .api.call import AsyncWebClient, create_web_client, fetch_identity, open_socket, send_request
from .api.required_scopes import PURPOSES
from .oauth.install_pages import INSTALL_PATH
from .settings import SlackSettings, get_secret

_ACCEPTED_CLIENT = frozenset({"bad_redirect_uri", "invalid_code"})
"""What Slack finds wrong with a code that is none, once it knows the app."""
_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_ADVICE = {
    "SLACK_BOT_TOKEN": "Copy the Bot User OAuth Token again from OAuth & Permissions, or install the app again.",
    "SLACK_CLIENT_SECRET": "Copy the Client ID and the Client Secret again from Basic Information.",
    "SLACK_APP_TOKEN": "Make an app-level token with the scope connections:write under Basic Information.",
}


async def check_slack(settings: SlackSettings, proxies: Proxies) -> list[Finding]:
    """Check the tokens that the mode needs and their scopes once; no connection for events is made."""
    sessions = Sessions(proxies, timeout=_TIMEOUT)
    token, url = get_secret(settings.bot_token), settings.api_url
    client = create_web_client(token, url, sessions.get_session(url))
    try:
        app = await (_check_client(client, settings) if settings.client_id else _check_bot_token(client))
        return [*app, *await _check_delivery(client, settings)]
    finally:
        await sessions.aclose()


async def _check_bot_token(client: AsyncWebClient) -> list[Finding]:
    try:
        identity = await fetch_identity(client)
    except OutboxError as error:
        return [_report_refusal("SLACK_BOT_TOKEN", error)]
    text = f"The bot token is accepted; the workspace is {identity.workspace}."
    return [Finding("Slack", FindingState.OK, text), *_report_missing_scopes(identity.missing_scopes)]


async def _check_client(client: AsyncWebClient, settings: SlackSettings) -> list[Finding]:
    """Check the credentials of an app that workspaces install, with a code that is none."""
    try:
        await send_request(
            lambda: client.oauth_v2_access(
                client_id=settings.client_id,
                client_secret=get_secret(settings.client_secret),
                code="none",
                redirect_uri=settings.redirect_url,
            )
        )
    except OutboxError as error:
        if str(error) not in _ACCEPTED_CLIENT:
            return [_report_refusal("SLACK_CLIENT_SECRET", error)]
    text = f"The client id and secret are accepted; workspaces install the app at {INSTALL_PATH}."
    return [Finding("Slack", FindingState.OK, text)]


def _report_missing_scopes(scopes: Sequence[str]) -> list[Finding]:
    if not scopes:
        return []
    named = ", ".join(f"{scope} ({PURPOSES[scope]})" for scope in scopes)
    advice = "Add them under OAuth & Permissions, and install the app again."
    return [Finding("Slack", FindingState.WARNING, f"The bot token lacks scopes: {named}.", advice)]


async def _check_delivery(client: AsyncWebClient, settings: SlackSettings) -> list[Finding]:
    """Check what events need; whether Slack reaches the request URL, and has the same secret, only Slack can tell."""
    if settings.mode == "socket":
        return await _check_app_token(client, get_secret(settings.app_token))
    text = "Slack sends events over HTTP; whether it reaches SLACK_REQUEST_URL, it says at Event Subscriptions."
    return [Finding("Slack", FindingState.OK, text)]


async def _check_app_token(client: AsyncWebClient, token: str) -> list[Finding]:
    try:
        await open_socket(client, token)
    except OutboxError as error:
        return [_report_refusal("SLACK_APP_TOKEN", error)]
    return [Finding("Slack", FindingState.OK, "The app-level token is accepted.")]


def _report_refusal(variable: str, error: OutboxError) -> Finding:
    if isinstance(error, RateLimitedError | PlatformUnreachableError):
        return Finding(
            "Slack",
            FindingState.UNREACHABLE,
            f"Slack does not answer: {keep_error_words(str(error))}.",
            "Check the network and SLACK_PROXY.",
        )
    return Finding(
        "Slack",
        FindingState.FAILED,
        f"Slack does not accept {variable}: {keep_error_words(str(error))}.",
        _ADVICE[variable],
    )
