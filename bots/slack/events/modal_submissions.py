"""What a modal keeps of the event that opened it, and reading its submission; pure.

Slack sends `private_metadata` back as it was. It is stored with the submission, so other versions read it, too.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

from bots.slack.blocks.modal_view import read_form_values
from core.chat.port.forms import Submission
from core.chat.port.incoming import Attachment, ChatRef, Incoming, Sender
from core.json_reader import Json, as_list, as_object, as_text, get_object, get_text, parse_json

from .workspace_context import PLATFORM

_MAX_METADATA_LENGTH = 3_000
"""Characters (Slack: modal views)."""
_MAX_FILES = 10
"""Of the quoted message, that a modal keeps."""
CUT_QUOTE_KEY = "unread.quote"
"""Marks a message that is quoted in part (`Incoming.unread`)."""


def submitted_event(opening: Incoming) -> Incoming:
    """Return what a modal that `opening` opens keeps of it, under the id that its submission will have.

    The opening itself may have been stored, when it was not sure that the modal opened.
    """
    files = opening.quoted_attachments[:_MAX_FILES]
    return replace(opening, event_id=f"v{opening.event_id[1:]}", quoted_attachments=files)


def pack_origin(incoming: Incoming, signature: str) -> str:
    """Return the metadata of a modal for a `submitted_event`, with as much of the quoted message as fits."""
    quoted = "" if incoming.choice else incoming.quoted
    files = () if incoming.choice else incoming.quoted_attachments
    origin: Json = {
        "chat": str(incoming.chat),
        "event": incoming.event_id,
        "message": incoming.message_id,
        "thread": incoming.thread,
        "direct": incoming.direct,
        "sign": incoming.command_sign,
        "route": incoming.reply_route,
        "files": [file.id for file in files],
        "named": [*incoming.named],
        "signature": signature,
    }
    kept = quoted
    while len(packed := _dump(origin | {"quoted": kept, "cut": kept != quoted})) > _MAX_METADATA_LENGTH and kept:
        kept = kept[: len(kept) * _MAX_METADATA_LENGTH // (len(packed) + 1)]
    return packed


def read_submission(body: Json) -> Incoming | None:
    """Read a `view_submission`: the command that the modal was opened for, in the place where it was."""
    view = get_object(body, "view")
    origin = as_object(parse_json(get_text(view, "private_metadata")))
    name, event, user = (
        get_text(view, "callback_id"),
        get_text(origin, "event"),
        get_text(get_object(body, "user"), "id"),
    )
    chat = _read_chat(origin)
    if chat is None or chat.platform != PLATFORM or not name or not event or not user:
        return None
    return Incoming(
        chat=chat,
        event_id=f"v{event[1:]}",  # older versions keep that of the opening
        message_id=get_text(origin, "message"),
        sender=Sender(user),
        direct=origin.get("direct") is True,
        thread=get_text(origin, "thread"),
        command_sign=get_text(origin, "sign") or "/",
        command=name,
        submission=Submission(read_form_values(view), get_text(origin, "signature")),
        quoted=get_text(origin, "quoted"),
        quoted_attachments=tuple(Attachment("other", as_text(file)) for file in as_list(origin.get("files"))),
        named=tuple(as_text(name) for name in as_list(origin.get("named"))),
        unread=(CUT_QUOTE_KEY,) if origin.get("cut") is True else (),
        reply_route=get_text(origin, "route"),
    )


def _read_chat(origin: Json) -> ChatRef | None:
    with suppress(ValueError):
        return ChatRef.parse(get_text(origin, "chat"))
    return None


def _dump(origin: Json) -> str:
    return json.dumps(origin, ensure_ascii=False, separators=(",", ":"))
