"""The state of the simulated Telegram: people, chats, messages, and their visible changes."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from .errors import ApiError, bad_request, forbidden
from .text.entity import Entity
from .text.text_with_entities import Formatted

_T = TypeVar("_T")
_DRAFT_LIFETIME: Final = 30.0  # sendMessageDraft: a temporary 30-second preview


@dataclass(slots=True, eq=False)
class User:
    """A person, or the bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    forbids_voice: bool = False
    """Refuse voice messages in private, as Premium users may."""


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands on the screen; `content` is the text or the caption."""

    id: int
    chat: "Chat"
    sender: User
    date: int
    content: Formatted = field(default_factory=Formatted)
    kind: str = "text"
    """`text`, `voice`, `audio`, `photo`, `document` or `service`."""
    attachment: Mapping[str, Any] = field(default_factory=dict[str, Any])
    keyboard: Mapping[str, Any] | None = None
    topic: int | None = None
    thread: int | None = None
    reply_to: "Message | None" = None
    album: str = ""
    inline_id: str = ""
    """By which the bot changes a message that a person has sent by way of it (Bot API: inline_message_id)."""
    sender_chat: "Chat | None" = None
    """The channel in whose name it is written."""
    origin: Mapping[str, Any] | None = None
    """Where a forward comes from (Bot API: MessageOrigin)."""
    quote: str = ""
    """The part of the message replied to that was quoted by hand."""
    reaction: str = ""
    reactions: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    """The emoji with which people reacted, by their ids."""
    edited: int = 0
    edits: list[Formatted] = field(default_factory=list[Formatted])
    """What the message said before, oldest first."""

    @property
    def text(self) -> str:
        return self.content.text

    @property
    def quote_position(self) -> int:
        """Where the quoted part begins in the message replied to, in UTF-16 code units."""
        whole = self.reply_to.text if self.reply_to else ""
        return len(whole[: max(whole.find(self.quote), 0)].encode("utf-16-le")) // 2

    @property
    def entities(self) -> tuple[Entity, ...]:
        return self.content.entities

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons of the inline keyboard, row after row."""
        rows: list[list[dict[str, Any]]] = (self.keyboard or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is still being written: a preview without a message."""

    id: int
    content: Formatted
    at: float
    can_stop: bool = False
    """It bears a button that stops it."""
    kept_on_stop: bool = False
    reasoning: str = ""
    """What stands apart from the text in a rich draft, in a block of its own."""
    is_rich: bool = False


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat, a basic group, or a supergroup with or without topics."""

    id: int
    type: str
    title: str = ""
    is_forum: bool = False
    person: User | None = None
    bot_status: str = "member"
    members: dict[int, str] = field(default_factory=dict[int, str])
    topics: dict[int, str] = field(default_factory=dict[int, str])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    drafts: dict[int | None, Draft] = field(default_factory=dict[int | None, Draft])
    next_id: int = 2  # in a forum, 1 is the General topic
    migrated_to: int = 0
    available_reactions: frozenset[str] | None = None
    """The reactions that the chat allows; None: all of them (Bot API: ChatFullInfo)."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change that a user saw: its time (time.monotonic), the message, and its text from then on.

    `kind` is `send` (a new message of anybody), `edit`, `delete`, `draft`, `action` or `reaction`; `media` is the
    kind of the message, of the draft (`draft` or `rich draft`), or the name of the chat action. Drafts and actions have
    message id 0.
    """

    at: float
    chat_id: int
    message_id: int
    kind: str
    text: str = ""
    entities: tuple[Entity, ...] = ()
    media: str = "text"
    topic: int | None = None
    by_bot: bool = True


class World:
    """The state, and the notification of its changes."""

    def __init__(self, bot: User) -> None:
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.timeline: list[Event] = []
        self.revision = 0
        """How many changes there were."""
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Wake up everybody in `wait_for`."""
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for(self, predicate: Callable[[], _T], timeout: float) -> _T:  # noqa: ASYNC109 - tests name it
        """Return the first true value of *predicate*, asked after each change; raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                await self._changed.wait()
        return value

    def reachable(self, chat_id: int | str) -> Chat:
        """Return a chat in which the bot may act; raises the ApiError that says why it may not."""
        chat = self.known(chat_id)
        if chat.migrated_to:
            reason = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, reason, {"migrate_to_chat_id": chat.migrated_to})
        if chat.bot_status == "kicked":
            group = f"bot was kicked from the {chat.type} chat"
            raise forbidden("bot was blocked by the user" if chat.person else group)
        if chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        return chat

    def known(self, chat_id: int | str) -> Chat:
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def post(self, message: Message) -> Message:
        """Put a new message on the screen; a message of the bot replaces the draft of its topic."""
        chat = message.chat
        chat.messages[message.id] = message
        if message.sender is self.bot:
            chat.drafts.pop(message.topic, None)
        self.saw("send", message)
        return message

    def new_id(self, chat: Chat) -> int:
        chat.next_id += 1
        return chat.next_id - 1

    def edit(self, message: Message, content: Formatted, keyboard: Mapping[str, Any] | None) -> None:
        if content != message.content:
            message.edits.append(message.content)
        message.content = content
        message.keyboard = keyboard
        message.edited = int(time.time())
        self.saw("edit", message)

    def delete(self, message: Message) -> None:
        del message.chat.messages[message.id]
        self.saw("delete", message)

    def draft(self, chat: Chat, topic: int | None, draft: Draft) -> None:
        chat.drafts[topic] = draft
        media = "rich draft" if draft.is_rich else "draft"
        text, entities = draft.content.text, draft.content.entities
        self.record(Event(draft.at, chat.id, 0, "draft", text, entities, media, topic))

    def shown_draft(self, chat: Chat, topic: int | None) -> Draft | None:
        draft = chat.drafts.get(topic)
        alive = draft is not None and time.monotonic() - draft.at < _DRAFT_LIFETIME
        return draft if alive else None

    def stop_draft(self, chat: Chat, topic: int | None) -> Draft:
        """Press the button of a draft, which disappears unless it is to be kept; raises LookupError without one."""
        draft = chat.drafts.get(topic)
        if draft is None or self.shown_draft(chat, topic) is None or not draft.can_stop:
            raise LookupError(f"no draft can be stopped in {chat.id}")
        if not draft.kept_on_stop:
            del chat.drafts[topic]
        self.changed()
        return draft

    def saw(self, kind: str, message: Message) -> None:
        self.record(
            Event(
                at=time.monotonic(),
                chat_id=message.chat.id,
                message_id=message.id,
                kind=kind,
                text=message.text,
                entities=message.entities,
                media=message.kind,
                topic=message.topic,
                by_bot=message.sender is self.bot,
            )
        )

    def record(self, event: Event) -> None:
        self.timeline.append(event)
        self.changed()
