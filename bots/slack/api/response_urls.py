# pyright: reportUnknownMemberType=false
# slack_sdk leaves its keyword arguments untyped.
"""Replies to a command or an action at the URL that came with it."""

from __future__ import annotations

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bots.slack.blocks.message_content import MessageContent
from core.chat.port.errors import PlatformUnreachableError
from core.chat.port.platform_calls import PlatformCalls
from core.http_sessions import NETWORK_ERRORS, Sessions

from .call import check_status, create_sdk_logger


class ResponseUrls:
    """Sends replies; raises the errors of `SlackApi`."""

    def __init__(self, sessions: Sessions, calls: PlatformCalls) -> None:
        self._sessions = sessions
        self._calls = calls

    async def send(self, url: str, content: MessageContent, *, replace: bool) -> None:
        """Send an ephemeral reply, or `replace` the message of the action.

        Slack: a `response_url` accepts 5 replies within 30 minutes.
        """
        session = self._sessions.get_session(url)
        client = AsyncWebhookClient(url, session=session, retry_handlers=[], logger=create_sdk_logger("webhook"))
        client.proxy = None
        kind = None if replace else "ephemeral"
        with self._calls.counting("response_url"):
            try:
                response = await client.send(
                    text=content.text, blocks=content.blocks or None, response_type=kind, replace_original=replace
                )
            except NETWORK_ERRORS as error:
                raise PlatformUnreachableError(type(error).__name__) from error
            check_status(response.status_code, response.headers)
