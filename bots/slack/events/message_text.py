"""All that a person sees in a message: its text, blocks, attachments, forwards and files; pure.

One reader for whatever way a message comes: as an event, from a thread, beneath a button or with a shortcut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bots.json_fields import Json, get_object, get_objects, get_text
from bots.slack.blocks.markdown import JOINER, bare
from core.chat.port.incoming import Attachment

from .block_text import block_text
from .file_attachments import files_of
from .mrkdwn import escape, is_for_others, labels, read

_THINKING = frozenset({"task_card", "plan", "context"})
"""Blocks of the bot's own that hold what a model thought."""
_CUT = ("…", "...")
_NO_PREVIEW = "[no preview available]"
_MRKDWN = re.compile(r"<[^<>\s][^<>]*>|&(?:amp|lt|gt);")
"""A sure sign of it: an entity, or a character that was escaped."""
_NESTED = 3
"""Forwards within forwards that are read."""
_LONG = 20
"""Letters from which words that stand elsewhere in a message are said there, and not a mere coincidence."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Another message that a message passes on, or shows behind a link to it, in plain words."""

    author: str
    text: str

    def __str__(self) -> str:
        head = f"Forwarded from {self.author}:" if self.author else "Forwarded:"
        return f"{head}\n{self.text}"


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message in plain words."""

    text: str = ""
    """What its author says in it."""
    mentioned: bool = False
    """The author names the bot."""
    for_others: bool = False
    """The author does not name the bot, and calls everybody or begins by naming somebody else."""
    forwards: tuple[Forward, ...] = ()
    files: tuple[Attachment, ...] = ()
    forwarded_files: tuple[Attachment, ...] = ()
    named: tuple[str, ...] = field(default=())
    """What stands in all these words by its id: people (`@U1`) and channels (`#C1`)."""

    @property
    def forwarded(self) -> str:
        """All forwards, each with its author."""
        return "\n\n".join(str(forward) for forward in self.forwards if forward.text)

    @property
    def whole(self) -> str:
        """The author's own words, and what they are about."""
        return "\n\n".join(part for part in (self.text, self.forwarded) if part)

    @property
    def content(self) -> str:
        """The words alone, for a command that is used upon the message: of a mere forward, what it says."""
        passed_on = "\n\n".join(forward.text for forward in self.forwards if forward.text)
        return self.whole if self.text else passed_on


def read_message(message: Json, bot: str, *, depth: int = _NESTED) -> MessageText:
    """Read a message as Slack gives it; `bot` is the bot's own user id.

    Slack: beside blocks, `text` is what notifications show, and may be cut; of what people write it says the same as
    their rich text. What the bot thought is no part of its own messages.
    """
    mrkdwn = _mrkdwn(message, bot)
    said = read(mrkdwn, bot)
    parts = (
        [_forward(one, bot, depth) for one in get_objects(message, "attachments") if _is_forward(one)] if depth else []
    )
    mentioned = said.mentioned or read(get_text(message, "text"), bot).mentioned
    return MessageText(
        said.text.replace("<" + JOINER, "<"),
        mentioned,
        not mentioned and is_for_others(mrkdwn, bot),
        tuple(forward for forward, _ in parts),
        files_of(message),
        tuple(file for _, inside in parts for file in (*inside.files, *inside.forwarded_files)),
        tuple(dict.fromkeys((*said.named, *(name for _, inside in parts for name in inside.named)))),
    )


def _mrkdwn(message: Json, bot: str) -> str:
    """What the author says in a message, without what is forwarded, as mrkdwn."""
    known = labels(get_text(message, "text"))
    attached = [one for one in get_objects(message, "attachments") if not _is_forward(one)]
    said = _own_words(message, known) if get_text(message, "user") == bot != "" else _said(message, known)
    return "\n".join(_once([said, *(part for one in attached for part in _attachment(one, known))]))


def _own_words(message: Json, known: Mapping[str, str]) -> str:
    """What the bot said: Markdown, which may come back as rich text; without thinking and pictures."""
    blocks = get_objects(message, "blocks")
    markdown = [escape(bare(get_text(block, "text"))) for block in blocks if get_text(block, "type") == "markdown"]
    if markdown:
        return "\n\n".join(markdown)
    if any(get_text(block, "type") in _THINKING for block in blocks):
        return block_text(blocks, known, without=_THINKING).words  # its text is the thinking, for notifications
    return block_text(blocks, known).words or get_text(message, "text")


def _said(message: Json, known: Mapping[str, str]) -> str:
    """What somebody else said: in the blocks, where there are any."""
    written, blocks = get_text(message, "text"), block_text(get_objects(message, "blocks"), known)
    if not blocks.words:
        return "\n".join(part for part in (written, blocks.pictures) if part)
    if blocks.rich and written and not message.get("bot_id") and not _is_cut(written, blocks.words):
        return "\n".join(part for part in (written, blocks.pictures) if part)
    return "\n".join(part for part in (blocks.words, blocks.pictures) if part)


def _is_cut(written: str, whole: str) -> bool:
    """Whether the words of the blocks go on where those of the text end."""
    short, long = _letters(written), _letters(whole)
    return written.rstrip().endswith(_CUT) or (len(short) < len(long) and long.startswith(short))


def _is_forward(attachment: Json) -> bool:
    unfurled = attachment.get("is_msg_unfurl") or attachment.get("is_reply_unfurl")
    return bool(attachment.get("is_share") or unfurled or attachment.get("message_blocks"))


def _forward(attachment: Json, bot: str, depth: int) -> tuple[Forward, MessageText]:
    inside = read_message(_forwarded(attachment), bot, depth=depth - 1)
    author = get_text(attachment, "author_name") or get_text(attachment, "author_subname")
    if not author and (user := get_text(attachment, "author_id")):
        author = f"@{user}"
        named = (*inside.named, author)
    else:
        named = inside.named
    content = MessageText(files=inside.files, forwarded_files=inside.forwarded_files, named=named)
    return Forward(" ".join(read(author, "").text.replace(":", " ").split()), inside.whole), content


def _forwarded(attachment: Json) -> Json:
    """The message that was forwarded, as far as the attachment tells."""
    messages = [get_object(one, "message") for one in get_objects(attachment, "message_blocks")]
    blocks = [block for message in messages for block in get_objects(message, "blocks")]
    shown: Json = {"blocks": blocks or get_objects(attachment, "blocks"), "text": get_text(attachment, "text")}
    shown |= {"files": attachment.get("files"), "attachments": attachment.get("attachments")}
    return shown if any(shown.values()) else {"text": _fallback(attachment)}


def _attachment(attachment: Json, known: Mapping[str, str]) -> list[str]:
    """What an app attached, or a link shows of its page; a pasted table is an attachment, too."""
    blocks = block_text(get_objects(attachment, "blocks"), known)
    said = [*_once(_card(attachment)), blocks.words, blocks.pictures]
    said = said if any(said) else [_fallback(attachment)]
    page = get_text(attachment, "from_url")
    return [f"[preview of {escape(page)}]", *said] if page and any(said) else said


def _card(attachment: Json) -> Iterator[str]:
    """The parts of an attachment in the order in which they are shown."""
    yield get_text(attachment, "pretext")
    yield _written(get_text(attachment, "author_name"))
    title, link = get_text(attachment, "title"), get_text(attachment, "title_link")
    yield f"<{escape(link)}|{title}>" if title and link and "<" not in title else title
    yield get_text(attachment, "text")
    for one in get_objects(attachment, "fields"):
        yield ": ".join(part for part in (get_text(one, "title"), get_text(one, "value")) if part)
    yield _written(get_text(attachment, "footer"))


def _written(words: str) -> str:
    """A field that apps fill with plain words or with mrkdwn, as mrkdwn."""
    return words if _MRKDWN.search(words) else escape(words)


def _fallback(attachment: Json) -> str:
    fallback = get_text(attachment, "fallback")
    return "" if fallback == _NO_PREVIEW else fallback


def _once(parts: Sequence[str] | Iterator[str]) -> list[str]:
    """Leave out what was said already: the same words, or long ones within others."""
    said: list[str] = []
    for part in parts:
        letters = _letters(part)
        before = [_letters(one) for one in said]
        known = letters in before or (len(letters) >= _LONG and any(letters in one for one in before))
        if part and not known:
            said.append(part)
    return said


def _letters(mrkdwn: str) -> str:
    return "".join(character for character in read(mrkdwn, "").text if character.isalnum())
