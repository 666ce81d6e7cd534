"""What a modal keeps of the event that opened it, and the submission that is read from it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bots.slack.events.modal_submissions import pack_origin, read_submission
from core.chat.port.incoming import Attachment, ChatRef, Choice, Incoming, Sender

EVENT = Incoming(
    chat=ChatRef("sl", "T1", "C1", "1.2"),
    event_id="x17.5",
    message_id="1.3",
    sender=Sender("U1"),
    thread="1.2",
    command_sign="!",
    command="ask",
    quoted="The deploy failed.",
    quoted_attachments=(Attachment("image", "F1", "a.png", "image/png"),),
    named=("@U2",),
    reply_route="shortcut https://hooks.example/1",
)


def submitted(metadata: str, user: str = "U1") -> Incoming | None:
    values = {"question": {"question": {"type": "plain_text_input", "value": "why?"}}}
    view: dict[str, Any] = {"callback_id": "ask", "private_metadata": metadata, "state": {"values": values}}
    return read_submission({"type": "view_submission", "user": {"id": user}, "view": view})


def test_a_submission_is_the_command_in_the_place_where_its_modal_was_opened() -> None:
    read = submitted(pack_origin(EVENT, "signed"), "U7")

    assert read is not None
    assert (read.chat, read.thread, read.message_id) == (EVENT.chat, "1.2", "1.3")
    assert (read.event_id, read.command, read.sender.id) == ("v17.5", "ask", "U7")
    assert (read.quoted, read.named, read.unread) == ("The deploy failed.", ("@U2",), ())
    assert [file.id for file in read.quoted_attachments] == ["F1"]
    assert (read.command_sign, read.reply_route) == ("!", EVENT.reply_route)
    assert read.submission is not None
    assert (read.submission.values, read.submission.signature) == ({"question": "why?"}, "signed")


def test_the_message_of_a_pressed_hint_is_not_what_the_command_is_about() -> None:
    pressed = Incoming(EVENT.chat, "a1.1", "1.3", Sender("U1"), choice=Choice("form", "imagine"), quoted="What?")
    read = submitted(pack_origin(pressed, ""))

    assert read is not None
    assert read.quoted == ""


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=9_000))
def test_metadata_of_any_message_has_at_most_3000_characters(text: str) -> None:
    long = Incoming(EVENT.chat, "x1.1", "1.3", Sender("U1"), quoted=text, reply_route="shortcut https://a.example/1")
    packed = pack_origin(long, "signature123")
    read = submitted(packed)

    assert len(packed) <= 3000
    assert read is not None
    assert text.startswith(read.quoted)
    assert (read.unread == ()) == (read.quoted == text)


def test_metadata_that_is_none_of_ours_is_nothing_to_answer() -> None:
    assert submitted("") is None
    assert submitted('{"chat": "sl:", "event": "x1"}') is None
    assert submitted("[1]") is None
