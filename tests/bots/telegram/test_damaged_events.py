"""Whatever an update of Telegram holds, reading it raises nothing: a fault would come back with each delivery."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.parse import parse_update, read_addition, read_any
from bots.telegram.events.updates import pack_update
from core.chat.question.attachment_kinds import classify, display_name, is_video
from core.chat.question.prompt import question_text
from tests.bots.damaged_events import draw_damaged

BOT = BotIdentity(99, "wanjie_bot")
_PHOTO = [{"file_id": "p", "width": 9, "height": 9, "file_size": 5}]
_GROUP = {"id": -100123, "type": "supergroup", "title": "Team", "is_forum": True}
_ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "language_code": "en"}
_TEXT = "@wanjie_bot see this 😀 link, code and 5pm"
_ENTITIES: list[dict[str, Any]] = [
    {"type": "mention", "offset": 0, "length": 11},
    {"type": "text_link", "offset": 24, "length": 4, "url": "https://a.example"},
    {"type": "code", "offset": 30, "length": 4},
    {"type": "text_mention", "offset": 12, "length": 3, "user": {"id": 99}},
    {"type": "date_time", "offset": 39, "length": 3, "unix_time": 1_764_399_960},
]
_RICH = {
    "blocks": [
        {"type": "heading", "size": 2, "text": ["Plan ", {"type": "bold", "text": "A"}]},
        {"type": "paragraph", "text": [{"type": "url", "url": "http://e.org", "text": "this"}, {"type": "button"}]},
        {"type": "list", "items": [{"label": "1.", "has_checkbox": True, "blocks": [{"type": "pre", "text": "x"}]}]},
        {"type": "table", "cells": [[{"text": "a"}, {}]], "caption": "cap"},
        {"type": "photo", "photo": _PHOTO, "caption": {"text": "a cat", "credit": "Bo"}},
        {"type": "map", "location": {"latitude": 1.5, "longitude": 2}},
    ]
}
_POLL = {"question": "?", "type": "quiz", "options": [{"text": "A", "voter_count": 1, "media": {"photo": _PHOTO}}]}
_CONTENTS: list[dict[str, Any]] = [
    {"text": _TEXT, "entities": _ENTITIES},
    {"caption": _TEXT, "caption_entities": _ENTITIES, "photo": _PHOTO, "media_group_id": "1"},
    {"rich_message": _RICH},
    {"poll": {**_POLL, "correct_option_ids": [0], "explanation": "x", "explanation_entities": _ENTITIES}},
    {"venue": {"title": "Cafe", "address": "x", "location": {"latitude": 1, "longitude": 2}}},
    {"contact": {"first_name": "Bo", "phone_number": "+1", "vcard": "ORG;ENCODING=QUOTED-PRINTABLE:=E4=BD\nTEL:1"}},
    {"checklist": {"title": "Buy", "tasks": [{"id": 1, "text": "milk", "completion_date": 5}]}},
    {"giveaway": {"chats": [_GROUP], "winner_count": 1, "winners_selection_date": 5, "prize_star_count": 1}},
    {"document": {"file_id": "d", "file_name": "a.txt", "mime_type": "text/plain", "file_size": 3}},
    {"paid_media": {"paid_media": [{"type": "photo", "photo": _PHOTO}]}},
]


def _message(content: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"message_id": 5, "from": _ANN, "chat": _GROUP, "date": 1_700_000_000, **content, **fields}


_ORIGIN = {"type": "user", "sender_user": _ANN}
_ASIDE: list[dict[str, Any]] = [
    {"forward_origin": _ORIGIN},
    {"external_reply": {"origin": _ORIGIN, "chat": _GROUP, **_CONTENTS[1]}, "quote": {"text": "this", "position": 16}},
    *({"reply_to_message": _message(content), "quote": {"text": "this", "position": 16}} for content in _CONTENTS),
]
UPDATES = [
    *({"update_id": 1, "message": _message(content, chat={"id": 7, "type": "private"})} for content in _CONTENTS),
    *({"update_id": 1, "message": _message(_CONTENTS[0], **aside)} for aside in _ASIDE),
    {"update_id": 1, "edited_message": _message(_CONTENTS[0], message_thread_id=3, is_topic_message=True)},
    {"update_id": 1, "message": _message({"migrate_from_chat_id": -5})},
    {"update_id": 1, "callback_query": {"id": "q", "from": _ANN, "data": "a:b", "message": _message(_CONTENTS[1])}},
    {
        "update_id": 1,
        "my_chat_member": {
            "chat": _GROUP,
            "from": _ANN,
            "old_chat_member": {"status": "left"},
            "new_chat_member": {"status": "restricted", "is_member": True, "can_send_messages": True},
        },
    },
]


@settings(max_examples=300)
@given(draw_damaged(UPDATES))
def test_reading_never_fails(update: Any) -> None:  # noqa: ANN401 - any JSON
    stored = json.loads(pack_update(update, BOT))["update"]
    assert read_any(stored, BOT) == (parse_update(stored, BOT) or read_addition(stored, BOT))
    for incoming in (parse_update(stored, BOT), read_addition(stored, BOT)):
        if incoming is not None:
            files = (*incoming.attachments, *incoming.quoted_attachments)

            assert all(
                classify(file) and display_name(file) is not None and is_video(file) is not None for file in files
            )
            assert question_text(incoming, ()).encode() is not None
