"""Another app in the simulated workspace: a workflow, a monitor, or one that posts in a person's name."""

from __future__ import annotations

from collections.abc import Sequence

from .call import Json
from .data_types import Channel, Message
from .user_actions import Services, SlackUser


class SlackApp:
    """An app that posts; what it posts reaches the bot as from Slack."""

    def __init__(self, services: Services, name: str) -> None:
        workspace = services.workspace
        self.name = name
        self.bot_id, self.app_id = workspace.new_id("B"), workspace.new_id("A")
        self._services = services

    async def post(
        self,
        channel: Channel,
        text: str,
        *,
        blocks: Sequence[Json] = (),
        attachments: Sequence[Json] = (),
        thread_ts: str | None = None,
        in_name_of: SlackUser | None = None,
    ) -> Message:
        """Post mrkdwn, blocks and attachments; `in_name_of` a person, or as the app itself, which has no user id."""
        workspace = self._services.workspace
        message = Message(channel.id, workspace.new_ts(), in_name_of.id if in_name_of else "", text, [*blocks])
        message.bot_id, message.app_id, message.thread_ts = self.bot_id, self.app_id, thread_ts
        message.attachments = [*attachments]
        if in_name_of is None:
            message.subtype, message.username = "bot_message", self.name
        workspace.add(message)
        self._services.announcer.announce_message(message)
        return message
