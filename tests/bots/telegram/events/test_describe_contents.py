"""What Telegram shows without text, or around it, is read as a person sees it."""

from __future__ import annotations

from typing import Any

import pytest

from bots.telegram.events.parse import parse_update
from bots.telegram.events.vcard import read_vcard
from core.chat.port.incoming import Incoming
from tests.bots.telegram.private_message import ANN, BO, BOT, GROUP, NEWS, OURS, message, said

PHOTO = [{"file_id": "p", "width": 9, "height": 9}]
MOMENT, SPOKEN = 1_764_399_960, "2025-11-29 07:06 UTC"


def kinds(incoming: Incoming) -> list[tuple[str, str]]:
    return [(file.kind, file.id or file.name) for file in incoming.attachments]


def test_a_date_is_written_in_full() -> None:
    date = {"type": "date_time", "offset": 5, "length": 3, "unix_time": MOMENT, "date_time_format": "wDT"}

    assert said(text="Meet 5pm, ok?", entities=[date]).text == f"Meet 5pm ({SPOKEN}), ok?"
    assert said(text="Meet 5pm, ok?", entities=[{**date, "unix_time": 10**15}]).text == "Meet 5pm, ok?"


def test_a_link_without_a_label_is_separated_from_the_words() -> None:
    link = {"type": "text_link", "offset": 0, "length": 1, "url": "https://a.example"}

    assert said(text="\u200bNews", entities=[link]).text == "https://a.example News"


@pytest.mark.parametrize("kind", ["blockquote", "text_link", "strikethrough"])
def test_any_number_of_entities_around_each_other_is_read(kind: str) -> None:
    nested = [{"type": kind, "offset": 0, "length": 4000 - each, "url": "http://x.y"} for each in range(1500)]

    assert said(text="x" * 4000, entities=nested).text.count("x") >= 4000


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {
                "poll": {
                    "question": "Where?",
                    "options": [{"text": "A", "media": {"link": {"url": "https://a.example"}}}],
                }
            },
            "[poll] Where?\n- A https://a.example",
        ),
        ({"invoice": {"title": "Pen", "currency": "XTR", "total_amount": 50}}, "[invoice] Pen\n50 Telegram Stars"),
        (
            {
                "giveaway": {
                    "chats": [NEWS],
                    "winner_count": 3,
                    "premium_subscription_month_count": 6,
                    "winners_selection_date": MOMENT,
                }
            },
            f"[giveaway]\nPrize: Telegram Premium for 6 months\nWinners: 3\nFor members of: News\n{SPOKEN}",
        ),
        (
            {"giveaway_winners": {"prize_star_count": 500, "winner_count": 2, "winners": [ANN, BO]}},
            "[giveaway]\nPrize: 500 Telegram Stars\nWinners: 2\nAnn Li, Bo",
        ),
    ],
)
def test_contents_without_text_are_described(fields: dict[str, Any], words: str) -> None:
    assert said(**fields).text == words
    assert said(text="well?", reply_to_message=message(**{"from": BO}, **fields)).quoted == words


CARD = r"""BEGIN:VCARD
VERSION:3.0
N:Li;Ann;;;
FN:Ann Li
item1.EMAIL;type=INTERNET:ann@a.example
TEL;type=CELL:+1 23
TEL;type=HOME:+49 30 5
ADR;type=HOME:;;Main St 1;Berlin;;10115;Germany
NOTE:one\, two\nthree;four is a lon
 g line
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E4=BD=A0=
=E5=A5=BD
URL:http\://x.example
PHOTO;ENCODING=b:AAAA
END:VCARD"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_vcard_is_read_in_the_forms_of_address_books(line_end: str) -> None:
    assert [*read_vcard(CARD.replace("\n", line_end), known="+123")] == [
        "email: ann@a.example",
        "tel: +49 30 5",
        "adr: Main St 1 Berlin 10115 Germany",
        "note: one, two three four is a long line",
        "org: 你好",
        "url: http://x.example",
    ]


@pytest.mark.parametrize(
    ("fields", "files"),
    [
        ({"live_photo": {"file_id": "v", "photo": PHOTO}, "photo": PHOTO}, [("image", "p")]),
        ({"live_photo": {"file_id": "v", "photo": PHOTO}}, [("image", "p")]),
        ({"paid_media": {"star_count": 5, "paid_media": [{"type": "photo", "photo": PHOTO}]}}, [("image", "p")]),
        ({"paid_media": {"star_count": 5, "paid_media": [{"type": "preview"}]}}, [("other", "paid_media")]),
        ({"poll": {"question": "?", "media": {"photo": PHOTO}, "options": []}}, [("image", "p")]),
        ({"poll": {"question": "?", "options": [{"text": "A", "media": {"photo": PHOTO}}]}}, [("image", "p")]),
    ],
)
def test_files_inside_other_contents_become_attachments(fields: dict[str, Any], files: list[tuple[str, str]]) -> None:
    assert kinds(said(**fields)) == files


@pytest.mark.parametrize("kind", ["animation", "sticker", "story", "paid_media"])
def test_unreadable_contents_are_named_in_a_question_about_them(kind: str) -> None:
    incoming = said(text="what is this?", reply_to_message=message(**{"from": BO}, **{kind: {"file_id": "f"}}))

    assert [(file.kind, file.name) for file in incoming.quoted_attachments] == [("other", kind)]


def test_a_reply_to_the_notice_of_a_pin_is_about_what_was_pinned() -> None:
    pinned = message(**{"from": BO}, text="Be kind.")
    incoming = said(text="why?", reply_to_message=message(pinned_message=pinned))

    assert (incoming.quoted, incoming.quoted_author) == ("Be kind.", "Bo")


@pytest.mark.parametrize(
    "origin",
    [{"type": "hidden_user", "sender_user_name": ""}, {"type": "user", "sender_user": {"id": 5, "first_name": ""}}],
)
def test_text_of_a_deleted_account_is_not_attributed_to_the_sender(origin: dict[str, Any]) -> None:
    assert said(text="Paris is big.", forward_origin=origin).forwarded_from == "somebody"


def test_a_sender_in_the_name_of_a_chat_has_its_name() -> None:
    telegram = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    incoming = said(**{"from": telegram}, sender_chat=NEWS, chat=GROUP, text="@wanjie_bot hi")

    assert (incoming.sender.name, incoming.sender.shared) == ("News", True)


def test_direct_messages_to_a_channel_are_ignored() -> None:
    inbox = {**GROUP, "is_direct_messages": True}

    assert parse_update({"update_id": 1, "message": message(chat=inbox, text="@wanjie_bot hi")}, BOT) is None


@pytest.mark.parametrize(
    ("words", "rest"),
    [("@wanjie_bot你好", "你好"), ("你好@wanjie_bot", "你好"), ("นี่@wanjie_botอะไร", "นี่ อะไร")],
)
def test_a_mention_without_blanks_around_it_addresses_the_bot(words: str, rest: str) -> None:
    incoming = said(chat=GROUP, text=words)

    assert (incoming.mentioned, incoming.text.replace(" ", "")) == (True, rest.replace(" ", ""))


def _paragraph(*words: object) -> dict[str, Any]:
    return {"type": "paragraph", "text": [*words]}


def _code(words: str) -> dict[str, Any]:
    return {"type": "code", "text": words}


def test_a_rich_message_names_the_bot_as_a_typed_one_does() -> None:
    by_id = {"type": "text_mention", "text": "Wanjie", "user": OURS}
    named = said(chat=GROUP, rich_message={"blocks": [_paragraph(by_id, ", what is ", _code("x"), "?")]})
    blocks = [_paragraph(_code("@wanjie_bot")), {"type": "pre", "text": "@wanjie_bot"}]

    assert (named.text, named.mentioned) == ("what is `x`?", True)
    assert parse_update({"update_id": 1, "message": message(chat=GROUP, rich_message={"blocks": blocks})}, BOT) is None


def test_a_part_of_a_rich_message_is_quoted_with_its_code_and_links() -> None:
    link = {"type": "url", "text": "this", "url": "https://a.example"}
    whole = message(**{"from": BO}, rich_message={"blocks": [_paragraph("😀 see ", _code("x"), " and ", link)]})

    assert said(text="?", reply_to_message=whole, quote={"text": "x and this", "position": 7}).quoted == (
        "`x` and this (https://a.example)"
    )


def test_the_blocks_of_a_rich_message_read_as_they_look() -> None:
    inner = [{"label": "•", "blocks": [_paragraph("a")]}, {"label": "•", "blocks": [_paragraph("b")]}]
    blocks = [
        _paragraph("H", {"type": "subscript", "text": "2"}, "O, x", {"type": "superscript", "text": "10"}),
        {"type": "list", "items": [{"label": "1.", "blocks": [_paragraph("one"), {"type": "list", "items": inner}]}]},
        {"type": "pre", "text": "a\n```\nb"},
        {"type": "table", "cells": [[{"text": "a\nb"}, {"text": _code("c")}]]},
        {"type": "blockquote", "blocks": [_paragraph("said")], "credit": "Bo"},
        {"type": "map", "location": {"latitude": 1, "longitude": 2}, "caption": {"text": "here", "credit": "Ann"}},
        {"type": "buttons", "buttons": [{"text": "More", "url": "https://b.example"}]},
        _paragraph({"type": "date_time", "text": "5pm", "unix_time": MOMENT}),
    ]

    assert said(rich_message={"blocks": blocks}).text.split("\n") == [
        *("H_2O, x^(10)", "1. one", "  • a", "  • b", "````", "a", "```", "b", "````"),
        *("a b | `c`", "> said", "> Bo", "[location] 1, 2", "here", "Ann", "More (https://b.example)"),
        f"5pm ({SPOKEN})",
    ]


def test_the_pictures_of_a_rich_message_are_taken() -> None:
    inside = {"type": "collage", "blocks": [{"type": "photo", "photo": [{"file_id": "q"}]}]}
    voice = {"type": "voice_note", "voice_note": {"file_id": "v"}}
    item = {"label": "1.", "blocks": [{"type": "document", "document": {"file_id": "d"}}]}
    blocks = [{"type": "photo", "photo": PHOTO}, inside, voice, {"type": "list", "items": [item]}]

    assert kinds(said(rich_message={"blocks": blocks})) == [
        ("image", "p"),
        ("image", "q"),
        ("voice", "v"),
        ("document", "d"),
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"new_chat_members": [BO, ANN]}, "[Bo, Ann Li joined the group]"),
        ({"left_chat_member": BO}, "[Bo left the group]"),
        ({"new_chat_title": "Team B"}, "[the group was named Team B]"),
        ({"pinned_message": {"chat": GROUP, "message_id": 3, "date": 0}}, "[a message was pinned]"),
        ({"forum_topic_edited": {"name": "Winter"}}, "[the topic was named Winter]"),
        ({"video_chat_ended": {"duration": 130}}, "[a video chat of 2 min 10 s ended]"),
        ({"delete_chat_photo": True}, "[the picture of the group was removed]"),
        (
            {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400}},
            "[messages are deleted after 1 day]",
        ),
        ({"forum_topic_created": {"name": "Winter", "icon_color": 1}}, ""),
    ],
)
def test_a_service_message_that_is_replied_to_is_described(fields: dict[str, Any], text: str) -> None:
    assert said(text="why?", reply_to_message=message(**fields)).quoted == text
    assert parse_update({"update_id": 1, "message": message(**fields)}, BOT) is None


def test_a_piece_of_music_has_its_performer_and_title() -> None:
    incoming = said(audio={"file_id": "a", "performer": "Ella", "title": "Summertime"}, caption="What key?")

    assert incoming.text == "[audio] Ella - Summertime\n\nWhat key?"
    assert kinds(incoming) == [("audio", "a")]
    assert said(audio={"file_id": "a"}).text == ""
