"""Read all visible content of a message: its text, blocks, attachments, forwards and files; pure.

The message may come from an event, a thread, a button press or a shortcut.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.slack.blocks.markdown import WORD_JOINER, escape, strip_protection
from core.chat.port.incoming import Attachment
from core.json_reader import Json, get_object, get_objects, get_text

from .block_text import read_blocks
from .file_attachments import describe_hidden_files, read_files
from .link_previews import read_attachment, read_fallback
from .mrkdwn_to_text import is_for_others, mentions_others, parse_mrkdwn, read_labels
from .remove_repetitions import extract_letters, remove_repetitions

_REASONING_TYPES = frozenset({"task_card", "plan", "context"})
"""Blocks of the bot's own messages that contain reasoning."""
_ELLIPSES = ("…", "...")
_MAX_FORWARD_DEPTH = 3
"""Levels of nested forwards that are read."""


@dataclass(frozen=True, slots=True)
class Forward:
    """A forwarded or linked message, as plain text."""

    author: str
    text: str

    def __str__(self) -> str:
        head = f"Forwarded from {self.author}:" if self.author else "Forwarded:"
        return f"{head}\n{self.text}"


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message as plain text."""

    text: str = ""
    """The author's own text."""
    mentions_bot: bool = False
    """The author mentions the bot."""
    is_for_others: bool = False
    """The author does not mention the bot, and mentions everybody or begins with a mention of somebody else."""
    mentions_others: bool = False
    """The author mentions somebody else or everybody, anywhere, and not the bot."""
    forwards: tuple[Forward, ...] = ()
    files: tuple[Attachment, ...] = ()
    forwarded_files: tuple[Attachment, ...] = ()
    named: tuple[str, ...] = field(default=())
    """Users (`@U1`) and channels (`#C1`) whose ids occur in these texts."""

    @property
    def forwarded_text(self) -> str:
        """All forwards with their authors."""
        return "\n\n".join(str(forward) for forward in self.forwards if forward.text)

    @property
    def full_text(self) -> str:
        """The author's own text and the forwards."""
        return "\n\n".join(part for part in (self.text, self.forwarded_text) if part)

    @property
    def command_input(self) -> str:
        """The text for a command on the message; of forwards without a comment, their text without the authors."""
        forwarded = "\n\n".join(forward.text for forward in self.forwards if forward.text)
        return self.full_text if self.text else forwarded


def read_message(message: Json, bot: str, *, depth: int = _MAX_FORWARD_DEPTH) -> MessageText:
    """Read a message of Slack; `bot` is the bot's user id.

    Slack: beside blocks, `text` is for notifications and may be truncated; in messages of users it repeats their rich
    text. Reasoning in the bot's own messages is skipped.
    """
    mrkdwn = _to_mrkdwn(message, bot)
    own = parse_mrkdwn(mrkdwn, bot)
    parts = (
        [_read_forward(one, bot, depth) for one in get_objects(message, "attachments") if _is_forward(one)]
        if depth
        else []
    )
    written = get_text(message, "text")
    mentioned = own.mentions_bot or (written != mrkdwn and parse_mrkdwn(written, bot).mentions_bot)
    return MessageText(
        own.text.replace("<" + WORD_JOINER, "<"),
        mentioned,
        not mentioned and is_for_others(mrkdwn, bot),
        not mentioned and mentions_others(mrkdwn, bot),
        tuple(forward for forward, _ in parts),
        read_files(message),
        tuple(file for _, inside in parts for file in (*inside.files, *inside.forwarded_files)),
        tuple(dict.fromkeys((*own.named, *(name for _, inside in parts for name in inside.named)))),
    )


def _to_mrkdwn(message: Json, bot: str) -> str:
    """Return the author's own text without forwards, as mrkdwn."""
    names = read_labels(get_text(message, "text"))
    attached = [one for one in get_objects(message, "attachments") if not _is_forward(one)]
    own = (
        _read_own_message(message, names)
        if get_text(message, "user") == bot != ""
        else _read_other_message(message, names)
    )
    parts = [own, *(part for one in attached for part in read_attachment(one, names)), describe_hidden_files(message)]
    return "\n".join(remove_repetitions(parts))


def _read_own_message(message: Json, names: Mapping[str, str]) -> str:
    """Read the bot's own message without reasoning and pictures; Slack may return its Markdown as rich text."""
    blocks = get_objects(message, "blocks")
    markdown = [
        escape(strip_protection(get_text(block, "text"))) for block in blocks if get_text(block, "type") == "markdown"
    ]
    if markdown:
        return "\n\n".join(markdown)
    if any(get_text(block, "type") in _REASONING_TYPES for block in blocks):
        return read_blocks(blocks, names, skip=_REASONING_TYPES).text  # its `text` is the reasoning, for notifications
    return read_blocks(blocks, names).text or get_text(message, "text")


def _read_other_message(message: Json, names: Mapping[str, str]) -> str:
    """Read a message of somebody else, from its blocks if there are any."""
    written, blocks = get_text(message, "text"), read_blocks(get_objects(message, "blocks"), names)
    if not blocks.text:
        return "\n".join(part for part in (written, blocks.pictures) if part)
    if blocks.is_rich_text and written and not message.get("bot_id") and not _is_cut(written, blocks.text):
        return "\n".join(part for part in (written, blocks.pictures) if part)
    return "\n".join(part for part in (blocks.text, blocks.pictures) if part)


def _is_cut(written: str, whole: str) -> bool:
    """Whether the text is truncated and the blocks continue it."""
    if written == whole:
        return False
    short, long = extract_letters(written), extract_letters(whole)
    return written.rstrip().endswith(_ELLIPSES) or (len(short) < len(long) and long.startswith(short))


def _is_forward(attachment: Json) -> bool:
    unfurled = attachment.get("is_msg_unfurl") or attachment.get("is_reply_unfurl")
    return bool(attachment.get("is_share") or unfurled or attachment.get("message_blocks"))


def _read_forward(attachment: Json, bot: str, depth: int) -> tuple[Forward, MessageText]:
    inside = read_message(_forwarded_message(attachment), bot, depth=depth - 1)
    author = get_text(attachment, "author_name") or get_text(attachment, "author_subname")
    if not author and (user := get_text(attachment, "author_id")):
        author = f"@{user}"
        named = (*inside.named, author)
    else:
        named = inside.named
    content = MessageText(files=inside.files, forwarded_files=inside.forwarded_files, named=named)
    return Forward(" ".join(parse_mrkdwn(author, "").text.replace(":", " ").split()), inside.full_text), content


def _forwarded_message(attachment: Json) -> Json:
    """Return the forwarded message, as far as the attachment contains it."""
    messages = [get_object(one, "message") for one in get_objects(attachment, "message_blocks")]
    blocks = [block for message in messages for block in get_objects(message, "blocks")]
    shown: Json = {"blocks": blocks or get_objects(attachment, "blocks"), "text": get_text(attachment, "text")}
    shown |= {"files": attachment.get("files"), "attachments": attachment.get("attachments")}
    return shown if any(shown.values()) else {"text": read_fallback(attachment)}
