"""The values that flow through a conversation: where, who, what was said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from .forms import Submission

ANYONE = "*"
"""The owner of what everybody may use."""


@dataclass(frozen=True, slots=True)
class ChatRef:
    """Where a conversation lives; its string form is its key everywhere.

    `<platform>:<account>:<chat>[:<thread>]`. No part may hold a colon.
    """

    platform: str
    account: str
    chat: str
    thread: str = ""

    def __str__(self) -> str:
        parts = (self.platform, self.account, self.chat, self.thread)
        return ":".join(part for part in parts if part)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the string form back; raise `ValueError` when it is none."""
        parts = text.split(":")
        if not all(parts):
            raise ValueError(f"not a chat reference: {text!r}")
        try:
            return cls(*parts)
        except TypeError:
            raise ValueError(f"not a chat reference: {text!r}") from None

    @property
    def is_workspace(self) -> bool:
        """Whether it names everything under its account, as an admin of the service decides about a workspace."""
        return self.chat == self.account and not self.thread

    @property
    def parent(self) -> ChatRef:
        """The chat around a thread or topic; a chat without one is its own parent."""
        return ChatRef(self.platform, self.account, self.chat)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote.

    `name` is what people call them, "" when the platform sent none; `locale` a language tag such as `zh-hans`, "" when
    unknown.
    """

    id: str
    name: str = ""
    locale: str = ""
    shared: bool = False
    """Several people may write under this name, and the platform does not tell which of them did: a channel."""

    @property
    def owner_id(self) -> str:
        """Whose an answer to this sender is: `ANYONE` where several people share the name."""
        return ANYONE if self.shared else self.id

    def may_use(self, owner_id: str) -> bool:
        """Whether what belongs to `owner_id` is the sender's, too."""
        return owner_id in {ANYONE, self.id}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message; `kind` is image, voice, audio, video, document or other."""

    kind: str
    id: str
    name: str = ""
    mime: str = ""
    size: int | None = None
    """Bytes, where the platform says so."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A pressed button or a picked menu entry: which menu it belongs to, and the value behind it."""

    menu: str
    value: str


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody thinks of a message of the bot's: 1 is good, -1 bad, 0 nothing."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a user did, the same on every platform."""

    chat: ChatRef
    event_id: str
    """Equal for every delivery of the same event; unique within `chat`."""
    message_id: str
    """The message itself, or the one that bears the pressed button."""
    sender: Sender
    text: str = ""
    """Without the bot's mention and without the command word."""
    direct: bool = False
    """A private conversation: nobody else reads along."""
    direct_threads: bool = False
    """Each thread of this private chat is a conversation of its own; what is chosen beside them holds in all."""
    root_event: str = ""
    """Of what was said in such a thread: the event of the message that began it; "" for that message itself."""
    addressed: bool = True
    """False: said in a thread without naming the bot; it counts only where the bot already takes part."""
    replies_to_bot: bool = False
    """It does not name the bot, but stands in a thread that the bot began: it is for the bot unless that thread, or the
    chat around it, wants the bot to be named."""
    mentioned: bool = False
    """The bot was named in the text, so a bare command word behind the name is meant as a command."""
    thread: str = ""
    """Where the answer goes within the chat: a topic's or a thread's id."""
    starts_thread: bool = False
    """The conversation is a thread that begins with this message, so the pieces of a cut text have one each."""
    thread_root: str = ""
    """The message below which this one stands in a chat that has no topics: all of an answer stands there, too."""
    command: str = ""
    """A command's name in lower case, without its slash or exclamation mark."""
    silent: bool = False
    """A press of the platform's own that asks for no reply, such as its way to stop an answer."""
    command_sign: str = "/"
    """What commands begin with that work where this was said: "!" where the platform takes no slash commands."""
    choice: Choice | None = None
    submission: Submission | None = None
    """The form of `command` that was filled in; `text` is read from it."""
    attachments: tuple[Attachment, ...] = ()
    quoted: str = ""
    """The text of the message that this one replies to, or that bears the pressed button."""
    excerpt: bool = False
    """`quoted` is a part that somebody picked, or comes from another chat: it is no answer of this conversation."""
    quoted_author: str = ""
    """Who wrote that, as people call them; "you" when it was the bot, "" when the platform does not say."""
    is_described: bool = False
    """`text` describes what the sender has posted, such as a place or a contact; it has no words of theirs."""
    forwarded_from: str = ""
    """Who wrote `text`, which the sender only passes on; "" when it is the sender's own."""
    discussion: str = ""
    """What was said in the thread into which this message calls the bot: the quoted message and what came after it,
    each with its author; "" when nothing did. `Platform.enrich` adds it where threads can be read."""
    quoted_attachments: tuple[Attachment, ...] = ()
    """The files of the message that this one replies to or is used upon."""
    batch_key: str = ""
    """The same for messages that were sent in one go, each with a file; "" when it stands alone."""
    added: bool = False
    """The bot itself has come into the chat, by `sender`'s hand: nothing was asked."""
    chat_name: str = ""
    """What people call the group, where the event tells."""
    opened: bool = False
    """The sender has opened the private chat with the bot: nothing was asked."""
    default_title: str | None = None
    """The name that the platform has given to a conversation which begins; "" when somebody has named it. That is all
    that this tells."""
    home: bool = False
    """The sender looks at the page that the bot has for them, or has pressed something there; see
    `Outbox.show_home`."""
    home_signature: str = ""
    """The signature of the page on which something was pressed."""
    removed: bool = False
    """The bot was removed from the chat or, in a private one, blocked: nobody can be answered there."""
    sent: int = 0
    """When it was sent, in seconds since 1970, by the platform's clock; 0 where the platform sends all in one event."""
    wait_seconds: float = 0.0
    """Seconds that work on it waits, since more may arrive that belongs to it or tells what it means. What arrives
    without being waited for still counts until the first word of the answer is shown."""
    cut_separator: str | None = None
    """What its client has left out where it cut a longer text here, "" within a word; None: it is no such piece."""
    rating: Rating | None = None
    """The sender has rated the message `message_id`, which is all that this tells."""
    part: bool = False
    """Not addressed to the bot: it counts only together with a message that is, of the same sender."""
    edits: str = ""
    """The id of the message whose new form this is; it counts only as long as that one waits."""
    previous_chat: ChatRef | None = None
    """The platform has given the chat another id: what was stored under this one comes along."""
    deleted: str = ""
    """The event id of a message that somebody has deleted, which is all that this one tells."""
    named: tuple[str, ...] = ()
    """What the texts above call by its id, such as `@U1` or `#C1`, until the platform fills the names in."""
    unread: tuple[str, ...] = ()
    """Keys of sentences about what the platform could not tell of it in time, to be said above the answer."""
    reply_route: str = ""
    """A private way back that only the platform's outbox understands."""
    workspace: str = ""
    """The reference (`ChatRef`, whose chat is its account) of the workspace, whose own people count as insiders once an
    admin has let it in; "" where the operator's settings let it in."""
    workspace_name: str = ""
    """What its people call that workspace."""

    @property
    def places(self) -> tuple[ChatRef, ...]:
        """The conversations that it may belong to.

        Whether the threads of a private conversation are apart may have changed since the message was posted that it
        is about.
        """
        chat, around = self.chat, self.chat.parent
        if not self.direct:
            return (chat,)
        return tuple(dict.fromkeys((chat, around, replace(around, thread=self.thread))))

    @property
    def person(self) -> str:
        """Who gets a share of what everybody waits for: the sender, on this platform."""
        return f"{self.chat.platform}:{self.chat.account}:{self.sender.id}"

    @property
    def access_person(self) -> str:
        """The sender as the register of access names them, whichever bot they write to."""
        return f"{self.chat.platform}:{self.sender.id}"

    @property
    def access_chat(self) -> str:
        """The chat as the register of access names it."""
        return str(self.chat.parent)

    @property
    def access_place(self) -> str:
        """What an admin decides about besides people, as the register of access names it: a workspace, or a group."""
        return self.workspace or self.access_chat

    @property
    def is_addition(self) -> bool:
        """Whether it counts only together with another message."""
        return self.part or bool(self.edits)
