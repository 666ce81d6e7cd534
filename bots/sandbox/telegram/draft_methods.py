"""Methods about drafts: what private chats show of a message that is still being written."""

import time
from dataclasses import dataclass, field
from typing import Final

from .bot_api import Call
from .check_and_post_message import Sender, store_text
from .errors import ApiError, bad_request
from .flood_control import FloodControl
from .state import Chat, Draft, World
from .text.rich_message import read_rich_message
from .text.text_with_entities import MESSAGE_LENGTH, Formatted, marked_up

_RICH_DRAFTS_SINCE: Final = (10, 1)


@dataclass(slots=True)
class RichSupport:
    """What a test lets the server know of rich messages."""

    version: tuple[int, int] = (10, 3)
    """Of the Bot API: rich drafts exist since 10.1, their blocks since 10.2, expandable quotes in them since 10.3."""
    refused_words: dict[str, str] = field(default_factory=dict[str, str])
    """Words that are refused in a rich draft, with the reasons."""


class Drafts:
    """Answer the methods that show drafts."""

    def __init__(self, world: World, sender: Sender, flood: FloodControl) -> None:
        self.rich_support = RichSupport()
        self._world = world
        self._sender = sender
        self._flood = flood

    def send_message_draft(self, call: Call) -> bool:
        draft = marked_up(call.text("text"), call.text("parse_mode"), call.json_array("entities"))
        chat, topic = self._find_place(call)
        self._show(call, chat, topic, store_text(draft, MESSAGE_LENGTH, "MESSAGE_TOO_LONG"))
        return True

    def send_rich_message_draft(self, call: Call) -> bool:
        support = self.rich_support
        if support.version < _RICH_DRAFTS_SINCE:
            raise ApiError(404, "Not Found")
        rich = read_rich_message(call.json_object("rich_message") or {}, support.version)
        chat, topic = self._find_place(call)
        for words, reason in support.refused_words.items():
            if words in rich.content.text + rich.reasoning:
                raise bad_request(reason)
        self._show(call, chat, topic, rich.content, reasoning=rich.reasoning, is_rich=True)
        return True

    def _find_place(self, call: Call) -> tuple[Chat, int | None]:
        """Return the private chat and its topic."""
        chat = self._world.reachable(call.values["chat_id"])
        topic = self._sender.topic(chat, call)
        if not chat.person:
            raise bad_request("TEXTDRAFT_PEER_INVALID")
        if call.number("draft_id") == 0:
            raise bad_request("RANDOM_ID_INVALID")
        return chat, topic

    def _show(
        self,
        call: Call,
        chat: Chat,
        topic: int | None,
        content: Formatted,
        *,
        reasoning: str = "",
        is_rich: bool = False,
    ) -> None:
        self._flood.typing(chat.id)
        self._world.draft(
            chat,
            topic,
            Draft(
                id=call.number("draft_id"),
                content=content,
                at=time.monotonic(),
                can_stop=call.flag("can_stop"),
                kept_on_stop=call.flag("keep_on_stop"),
                reasoning=reasoning,
                is_rich=is_rich,
            ),
        )
