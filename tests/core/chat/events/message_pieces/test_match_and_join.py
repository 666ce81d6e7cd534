"""What was sent in pieces is one message; what was said twice is two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.chat.events.message_pieces.match_and_join import belongs_to, join_pieces
from core.chat.port.incoming import Attachment, ChatRef, Incoming, Sender

CHAT = ChatRef("tg", "1", "2")
PHOTO, VOICE = Attachment("image", "p"), Attachment("voice", "v")


def said(text: str = "", **fields: Any) -> Incoming:  # noqa: ANN401 - any field
    return replace(Incoming(CHAT, "1", "10", Sender("7", "Ann"), text, sent=100), **fields)


def passed_on(text: str, author: str = "Bo", **fields: Any) -> Incoming:  # noqa: ANN401 - any field
    return said(text, forwarded_from=author, **fields)


PHOTO_ALONE = said(attachments=(PHOTO,))
PASTE = said("one", cut_separator="")
PLACE = said("[Location: 1.5, 2.5]", is_described=True)


@pytest.mark.parametrize(
    ("pieces", "other"),
    [
        ([said("look")], passed_on("news")),
        ([passed_on("news")], passed_on("more", "Cy")),
        ([passed_on("news")], said("true?", sent=101)),
        ([said("look"), passed_on("news")], passed_on("more")),
        ([PASTE], said("two")),
        ([said("one", cut_separator="", command="speak")], said("two")),
        ([PHOTO_ALONE], said("what is this?")),
        ([said("what is this?")], PHOTO_ALONE),
        ([said("what does he say?")], said(attachments=(VOICE,))),
        ([PHOTO_ALONE], PHOTO_ALONE),
        ([PLACE], said("what is near?")),
        ([said("what is near?")], PLACE),
        ([PLACE], PLACE),
        ([PLACE, PHOTO_ALONE], said("is it this?")),
        ([PHOTO_ALONE, PHOTO_ALONE], said("compare")),
        ([said("compare"), PHOTO_ALONE], PHOTO_ALONE),
        ([said(attachments=(PHOTO,), batch_key="a")], said(attachments=(PHOTO,), batch_key="a", sent=200)),
    ],
)
def test_pieces_of_one_message_belong_together(pieces: list[Incoming], other: Incoming) -> None:
    assert belongs_to(pieces, other)
    assert not belongs_to(pieces, replace(other, sender=Sender("8")))
    assert not belongs_to(pieces, replace(other, command="new"))


@pytest.mark.parametrize(
    ("first", "other"),
    [
        (said("hi"), said("how are you?")),
        (said("look"), passed_on("news", sent=102)),
        (said("look", sent=0), passed_on("news")),
        (PASTE, said("two", quoted="an answer")),
        (said("draw", command="imagine"), passed_on("news")),
        (said(attachments=(VOICE,)), said("and this")),
        (said(attachments=(VOICE,)), said(attachments=(VOICE,))),
        (said(attachments=(VOICE,)), PHOTO_ALONE),
        (said(attachments=(VOICE,)), PLACE),
        (said("draw", command="imagine"), PLACE),
        (said("a caption", attachments=(PHOTO,)), said("hi")),
        (said("a caption", attachments=(PHOTO,)), PHOTO_ALONE),
        (said(attachments=(PHOTO,), batch_key="a"), said("x", attachments=(PHOTO,), batch_key="b")),
        (said("hi"), said("hello", edits="10")),
    ],
)
def test_other_messages_are_separate(first: Incoming, other: Incoming) -> None:
    assert not belongs_to([first], other)


def test_a_split_text_is_joined_as_it_was_cut() -> None:
    pieces = [said("one wo", cut_separator=""), said("rd", cut_separator="\n"), said("line")]
    joined = join_pieces(pieces, "1")

    assert joined is not None
    assert joined.text == "one word\nline"


def test_a_comment_stands_below_the_forwards_that_it_is_about() -> None:
    joined = join_pieces([said("true?"), passed_on("news", attachments=(PHOTO,)), passed_on("more", "Cy")], "1")

    assert joined is not None
    assert joined.text == "⟦forwarded from Bo⟧\n> news\n\n⟦forwarded from Cy⟧\n> more\n\ntrue?"
    assert (joined.attachments, joined.quoted_attachments) == ((), (PHOTO,))


def test_pieces_without_a_mention_are_ignored() -> None:
    photos = [said(attachments=(PHOTO,), batch_key="a", part=True, message_id=str(number)) for number in range(3)]
    named = replace(photos[1], text="what is this?", part=False)
    joined = join_pieces([photos[0], named, photos[2]], "e")

    assert join_pieces(photos, "e") is None
    assert joined is not None
    assert (joined.message_id, joined.event_id, joined.text) == ("1", "e", "what is this?")
    assert len(joined.attachments) == 3


def test_a_mention_in_any_piece_addresses_the_bot() -> None:
    photo = said(attachments=(PHOTO,), addressed=False, named=("@U1",))
    joined = join_pieces([photo, said("what is this, @U2?", mentioned=True, named=("@U2", "@U1"))], "1")

    assert joined is not None
    assert (joined.addressed, joined.mentioned, joined.named) == (True, True, ("@U1", "@U2"))


def test_a_question_about_a_place_has_words_of_its_sender() -> None:
    places, question = join_pieces([PLACE, PLACE], "1"), join_pieces([PLACE, said("what is near?")], "1")

    assert places is not None
    assert question is not None
    assert (places.is_described, question.is_described) == (True, False)
