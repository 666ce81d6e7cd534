# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""An update becomes an `Incoming`, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.parse import parse_update
from core.chat.commands import find_command
from core.chat.events.choose_lane import choose_lane
from core.chat.port.incoming import Attachment, ChatRef, Choice, Incoming, Sender

BOT = BotIdentity(99, "Wanjie_Bot")
ANN = {"id": 7, "is_bot": False, "first_name": "Ann", "last_name": "Li", "username": "ann", "language_code": "zh-Hans"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ann"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Team"}
MENTION = {"type": "mention", "offset": 0, "length": 11}
PHOTO = {"file_id": "p1", "width": 9, "height": 9, "file_size": 7}
OURS = {"message_id": 4, "from": {"id": 99, "is_bot": True, "first_name": "W"}, "chat": GROUP, "text": "My answer"}


def update(**fields: object) -> dict[str, Any]:
    message = {"message_id": 5, "from": ANN, "chat": PRIVATE, "date": 1_700_000_000, **fields}
    return {"update_id": 42, "message": {key: value for key, value in message.items() if value is not None}}


def said(**fields: object) -> Incoming:
    incoming = parse_update(update(**fields), BOT)
    assert incoming is not None
    return incoming


def ignored(**fields: object) -> bool:
    return parse_update(update(**fields), BOT) is None


def test_a_private_message_is_read() -> None:
    assert said(text="Hello there") == Incoming(
        chat=ChatRef("tg", "99", "7"),
        event_id="42",
        message_id="5",
        sender=Sender("7", "Ann Li", "zh-hans"),
        text="Hello there",
        direct=True,
        sent=1_700_000_000,
    )


def test_group_messages_are_read_only_if_they_address_the_bot() -> None:
    assert ignored(chat=GROUP, text="Hello all")
    assert ignored(chat=GROUP, text="write to x@wanjie_bot.com or @wanjie_bot2")
    assert ignored(chat=GROUP, text="see `@wanjie_bot`", entities=[{"type": "code", "offset": 4, "length": 13}])
    assert ignored(chat=GROUP, text="hi @ann", entities=[{"type": "mention", "offset": 3, "length": 4}])


@pytest.mark.parametrize(
    ("words", "entity", "rest"),
    [
        ("@Wanjie_Bot what is 2*3?", MENTION, "what is 2*3?"),
        ("@wanjie_bot, hi", MENTION, "hi"),
        ("@WANJIE_BOT", MENTION, ""),
        ("@wanjie_bot，你好", MENTION, "你好"),
        ("@wanjie_bot :tada: hi", MENTION, ":tada: hi"),
        ("🙂你好@wanjie_bot 天气", {"type": "mention", "offset": 4, "length": 11}, "🙂你好 天气"),
        ("so @wanjie_bot, why?", {"type": "mention", "offset": 3, "length": 11}, "so, why?"),
        ("one\n@wanjie_bot two", {"type": "mention", "offset": 4, "length": 11}, "one\ntwo"),
        ("👩‍👩‍👧 Wan hi", {"type": "text_mention", "offset": 9, "length": 3, "user": {"id": 99}}, "👩‍👩‍👧 hi"),
        ("no entity @wanjie_bot", {"type": "bold", "offset": 0, "length": 2}, "no entity"),
    ],
)
def test_a_mention_addresses_the_bot_and_is_not_part_of_the_text(words: str, entity: object, rest: str) -> None:
    incoming = said(chat=GROUP, text=words, entities=[entity])

    assert (incoming.text, incoming.mentioned, incoming.direct) == (rest, True, False)


def test_a_mention_of_another_user_by_id_does_not_address_the_bot() -> None:
    entity = {"type": "text_mention", "offset": 0, "length": 3, "user": {"id": 98}}

    assert ignored(chat=GROUP, text="Wan hi", entities=[entity])


def test_a_reply_to_the_bot_addresses_it_and_quotes_the_message() -> None:
    incoming = said(chat=GROUP, text="and why?", reply_to_message=OURS)

    assert (incoming.text, incoming.quoted, incoming.mentioned) == ("and why?", "My answer", False)


def test_a_reply_to_somebody_else_does_not_address_the_bot_but_is_quoted_when_it_is_named() -> None:
    other = {"message_id": 3, "from": ANN, "chat": GROUP, "caption": "A cat"}

    assert ignored(chat=GROUP, text="nice", reply_to_message=other)
    assert said(chat=GROUP, text="@wanjie_bot nice?", reply_to_message=other).quoted == "A cat"


def test_a_quote_selected_by_the_user_is_the_quote() -> None:
    picked = said(text="why?", reply_to_message=OURS, quote={"text": "answer", "position": 3})
    elsewhere = said(text="why?", external_reply={"origin": {"type": "user"}}, quote={"text": "answer", "position": 0})

    assert (picked.quoted, picked.excerpt) == (elsewhere.quoted, elsewhere.excerpt) == ("answer", True)
    assert not said(text="why?", reply_to_message=OURS).excerpt


def folded(**fields: object) -> dict[str, Any]:
    """An answer of ours below its thinking, which is longer in code units than in characters."""
    fold = {"type": "expandable_blockquote", "offset": 0, "length": 5}
    bold = {"type": "bold", "offset": 6, "length": 2}
    return {**OURS, "text": "hm 🙂\n42 it is", "entities": [fold, bold], **fields}


@pytest.mark.parametrize(
    ("quote", "quoted"),
    [(None, "42 it is"), ("it is", "it is"), ("hm", "42 it is"), ("🙂\n42", "42 it is")],
    ids=["all", "answer", "thinking", "both"],
)
def test_reasoning_is_not_quoted(quote: str | None, quoted: str) -> None:
    incoming = said(text="why?", reply_to_message=folded(), quote=quote and {"text": quote, "position": 0})

    assert incoming.quoted == quoted


def test_a_message_of_reasoning_alone_is_not_quoted() -> None:
    assert said(text="why?", reply_to_message=folded(text="hm 🙂")).quoted == ""


def test_a_folded_quote_of_another_user_is_quoted() -> None:
    assert said(text="why?", reply_to_message=folded(**{"from": ANN})).quoted == "> hm 🙂\n42 it is"


def test_reasoning_above_a_pressed_button_is_not_quoted() -> None:
    query = {"id": "q1", "from": ANN, "chat_instance": "x", "data": "speak:1", "message": folded()}
    incoming = parse_update({"update_id": 43, "callback_query": query}, BOT)

    assert incoming is not None
    assert incoming.quoted == "42 it is"


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
@pytest.mark.parametrize(
    ("words", "command", "rest"),
    [
        ("/model", "model", ""),
        ("/Model@wanjie_BOT  GPT-5 ", "model", "GPT-5"),
        ("/system\nBe kind.\nAlways.", "system", "Be kind.\nAlways."),
        ("@wanjie_bot /new", "new", ""),
        ("／ｎｅｗ", "new", ""),
        ("/帮助@wanjie_bot", "help", ""),
        ("/画一只猫", "imagine", "一只猫"),
        ("@wanjie_bot，/模型：kimi-k2", "model", "kimi-k2"),
        ("/speak你好", "", "/speak你好"),
        ("/usr/bin is a folder", "", "/usr/bin is a folder"),
    ],
)
def test_commands_are_read(chat: dict[str, Any], words: str, command: str, rest: str) -> None:
    if chat is GROUP and not command:
        assert ignored(chat=chat, text=words)
        return
    incoming = said(chat=chat, text=words)

    assert (incoming.command, incoming.text) == (command, rest)


def test_a_command_for_another_bot_is_ignored_even_in_a_reply() -> None:
    assert ignored(chat=GROUP, text="/start@other_bot")
    assert ignored(chat=GROUP, text="/start@other_bot", reply_to_message=OURS)


def test_a_topic_is_a_conversation_of_its_own() -> None:
    incoming = said(chat={**GROUP, "is_forum": True}, text="/new", message_thread_id=17, is_topic_message=True)

    assert str(incoming.chat) == "tg:99:-100123:17"
    assert incoming.thread == "17"


def test_a_private_topic_is_a_conversation_of_its_own() -> None:
    assert str(said(text="hi", message_thread_id=3, is_topic_message=True).chat) == "tg:99:7:3"


def test_the_general_topic_and_reply_threads_belong_to_the_chat_s_conversation() -> None:
    incoming = said(chat=GROUP, text="@wanjie_bot hi", message_thread_id=4)

    assert (str(incoming.chat), incoming.thread) == ("tg:99:-100123", "")


def test_a_message_in_a_topic_that_the_bot_opened_is_no_reply_to_it() -> None:
    opening = {**OURS, "text": None, "forum_topic_created": {"name": "t", "icon_color": 1}}

    assert ignored(chat=GROUP, text="hi", message_thread_id=4, is_topic_message=True, reply_to_message=opening)


def test_anonymous_admins_and_channels_have_their_chats_name() -> None:
    admin = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    as_channel = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
    channel = {"id": -1009, "type": "channel", "title": "News"}

    assert said(chat=GROUP, **{"from": admin}, sender_chat=GROUP, text="/new").sender == Sender("-100123", "Team")
    assert said(chat=GROUP, **{"from": as_channel}, sender_chat=channel, text="/new").sender == Sender(
        "-1009", "News", shared=True
    )


def test_a_user_without_a_name_has_the_username() -> None:
    assert said(text="hi", **{"from": {"id": 8, "is_bot": False, "first_name": "", "username": "u"}}).sender.name == "u"


@pytest.mark.parametrize(
    ("field", "content", "attachment"),
    [
        (
            "voice",
            {"file_id": "v", "mime_type": "audio/ogg", "file_size": 9},
            Attachment("voice", "v", "", "audio/ogg", 9),
        ),
        ("audio", {"file_id": "a", "file_name": "a.mp3"}, Attachment("audio", "a", "a.mp3")),
        ("video", {"file_id": "v"}, Attachment("video", "v")),
        ("video_note", {"file_id": "n"}, Attachment("video", "n")),
        ("document", {"file_id": "d", "file_name": "d.pdf"}, Attachment("document", "d", "d.pdf")),
        ("sticker", {"file_id": "s"}, Attachment("other", "", "sticker")),
        ("story", {"id": 1, "chat": GROUP}, Attachment("other", "", "story")),
        ("paid_media", {"star_count": 5, "paid_media": []}, Attachment("other", "", "paid_media")),
        (
            "photo",
            [
                {"file_id": "s", "width": 90, "height": 60},
                {"file_id": "l", "width": 900, "height": 600, "file_size": 5},
            ],
            Attachment("image", "l", "", "image/jpeg", 5),
        ),
    ],
)
def test_attachments_are_read(field: str, content: object, attachment: Attachment) -> None:
    assert said(**{field: content}, caption="look").attachments == (attachment,)
    assert said(**{field: content}, caption="look").text == "look"
    assert said(**{field: content}).text == ""
    assert ignored(chat=GROUP, **{field: content})


def test_an_animation_counts_once() -> None:
    file = {"file_id": "g", "mime_type": "video/mp4"}

    assert said(animation=file, document=file).attachments == (Attachment("other", "", "animation"),)


def test_a_caption_can_address_the_bot() -> None:
    incoming = said(chat=GROUP, photo=[{"file_id": "p"}], caption="@wanjie_bot what?", caption_entities=[MENTION])

    assert (incoming.text, incoming.attachments[0].id) == ("what?", "p")


def test_a_migration_names_the_old_chat() -> None:
    moved = said(chat=GROUP, migrate_from_chat_id=-123)

    assert (moved.chat, moved.previous_chat) == (ChatRef("tg", "99", "-100123"), ChatRef("tg", "99", "-123"))
    assert choose_lane(moved) == str(moved.chat)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "hi", "from": {"id": 5, "is_bot": True, "first_name": "Other"}},
        {"text": "hi", "from": None},
        {"text": "hi", "chat": {"id": -1, "type": "channel", "title": "c"}},
        {"text": "hi", "business_connection_id": "b"},
        {"text": "hi", "guest_query_id": "g"},
        {"text": "hi", "is_automatic_forward": True, "from": {"id": 777000, "is_bot": False, "first_name": "T"}},
        {"new_chat_members": [ANN]},
        {"migrate_to_chat_id": -1005},
        {"pinned_message": OURS},
        {"forum_topic_created": {"name": "x"}},
    ],
)
def test_messages_to_others_are_ignored(fields: dict[str, Any]) -> None:
    assert ignored(**fields)


@pytest.mark.parametrize(
    "kind",
    ["edited_message", "channel_post", "business_message", "guest_message", "my_chat_member", "message_reaction"],
)
def test_other_updates_are_ignored(kind: str) -> None:
    assert parse_update({"update_id": 1, kind: update(text="hi")["message"]}, BOT) is None


def test_a_rich_message_is_flattened() -> None:
    blocks: list[Any] = [
        {"type": "heading", "size": 2, "text": ["Plan ", {"type": "bold", "text": "A"}]},
        {
            "type": "paragraph",
            "text": ["see ", {"type": "url", "url": "http://e.org", "text": {"type": "italic", "text": "this"}}],
        },
        {"type": "list", "items": [{"label": "1.", "blocks": [{"type": "paragraph", "text": "one"}]}]},
        {"type": "pre", "language": "py", "text": "x = 1"},
        {"type": "table", "cells": [[{"text": "a"}, {"text": "b"}], [{}, {"text": ["c", "d"]}]], "caption": "cap"},
        {"type": "details", "summary": "more", "blocks": [{"type": "mathematical_expression", "expression": "x^2"}]},
        {"type": "photo", "photo": [], "caption": {"text": "a cat"}},
        {"type": "divider"},
    ]

    assert said(rich_message={"blocks": blocks}).text == (
        "## Plan A\nsee this (http://e.org)\n1. one\n```py\nx = 1\n```\na | b\n | cd\ncap\nmore\nx^2\na cat"
    )


def test_a_pressed_button_is_a_choice() -> None:
    menu = {"message_id": 8, "chat": GROUP, "date": 1, "text": "?", "message_thread_id": 17, "is_topic_message": True}
    query = {"id": "q1", "from": ANN, "chat_instance": "x", "data": "model:a:b", "message": menu}
    incoming = parse_update({"update_id": 43, "callback_query": query}, BOT)

    assert incoming == Incoming(
        chat=ChatRef("tg", "99", "-100123", "17"),
        event_id="43",
        message_id="8",
        sender=Sender("7", "Ann Li", "zh-hans"),
        thread="17",
        choice=Choice("model", "a:b"),
        quoted="?",
        reply_route="q1",
    )


def test_a_press_quotes_the_message_above_the_button() -> None:
    menu = {"message_id": 8, "chat": PRIVATE, "date": 1, "caption": "A cat", "photo": [PHOTO]}
    query = {"id": "q1", "from": ANN, "chat_instance": "x", "data": "again:1", "message": menu}
    incoming = parse_update({"update_id": 43, "callback_query": query}, BOT)

    assert incoming is not None
    assert (incoming.quoted, [file.id for file in incoming.quoted_attachments]) == ("A cat", ["p1"])


@pytest.mark.parametrize("chat", [PRIVATE, GROUP], ids=["private", "group"])
def test_a_press_below_an_inaccessible_message_is_ignored(chat: dict[str, Any]) -> None:
    gone = {"message_id": 8, "chat": chat, "date": 0}
    query = {"id": "q1", "from": ANN, "chat_instance": "x", "data": "model:=kimi-k2", "message": gone}
    incoming = parse_update({"update_id": 43, "callback_query": query}, BOT)

    assert incoming is not None
    assert incoming.choice is not None
    assert find_command(incoming.choice.menu) is None
    assert choose_lane(incoming) != str(incoming.chat)
    assert (incoming.quoted, incoming.quoted_attachments, incoming.reply_route) == ("", (), "q1")


@pytest.mark.parametrize("field", ["reply_to_message", "external_reply"])
def test_files_of_the_replied_message_are_read(field: str) -> None:
    original = {"message_id": 3, "from": ANN, "chat": PRIVATE, "voice": {"file_id": "v1", "mime_type": "audio/ogg"}}
    incoming = said(text="/speak", **{field: original})

    assert incoming.command == "speak"
    assert incoming.quoted_attachments == (Attachment("voice", "v1", mime="audio/ogg"),)
    assert incoming.attachments == ()


def test_contents_without_a_file_are_not_quoted_attachments() -> None:
    poll = {"message_id": 3, "from": ANN, "chat": PRIVATE, "poll": {"id": "1", "question": "?"}}

    assert said(text="why?", reply_to_message=poll).quoted_attachments == ()


def test_a_caption_may_be_a_command() -> None:
    incoming = said(caption="/imagine@wanjie_bot this, but blue", photo=[PHOTO])

    assert (incoming.command, incoming.text, len(incoming.attachments)) == ("imagine", "this, but blue", 1)


def test_a_press_with_foreign_data_is_ignored() -> None:
    query = {"id": "q1", "from": ANN, "chat_instance": "x"}

    assert (
        parse_update({"update_id": 1, "callback_query": {**query, "data": "x:y", "inline_message_id": "i"}}, BOT)
        is None
    )
    assert (
        parse_update({"update_id": 1, "callback_query": {**query, "game_short_name": "g", "message": OURS}}, BOT)
        is None
    )


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "type", "id", "blocks"]), inner)
    ),
    max_leaves=6,
)
FIELDS = ["message_id", "from", "chat", "text", "entities", "caption", "photo", "document", "reply_to_message", "date"]
MORE_FIELDS = ["quote", "rich_message", "message_thread_id", "sender_chat"]
entity = st.fixed_dictionaries(
    {"type": st.sampled_from(["mention", "text_mention", "code"]), "offset": st.integers(), "length": st.integers()}
)


@given(st.dictionaries(st.sampled_from(FIELDS + MORE_FIELDS), anything), st.lists(entity, max_size=2))
def test_reading_never_fails(damage: dict[str, Any], entities: list[Any]) -> None:
    parse_update(update(text="@wanjie_bot 🙂 hi", entities=entities, chat=GROUP), BOT)
    parse_update(update(**{"text": "/x", **damage}), BOT)
    parse_update({"update_id": damage.get("date"), "callback_query": {"data": "a:b", **damage, "message": damage}}, BOT)
    parse_update({"message": damage.get("text")}, BOT)


@given(st.text(max_size=12), st.text(max_size=12), st.lists(st.sampled_from("🙂é你x "), max_size=6).map("".join))
def test_words_around_a_mention_are_kept(before: str, after: str, pad: str) -> None:
    words = f"{pad}{before} @wanjie_bot {after}"
    offset = len(f"{pad}{before} ".encode("utf-16-le")) // 2
    incoming = said(chat=GROUP, text=words, entities=[{"type": "mention", "offset": offset, "length": 11}])
    rest = incoming.text if not incoming.command else f"/{incoming.command} {incoming.text}"

    assert _letters(rest) in _letters(f"{pad}{before}{after}")
    assert incoming.mentioned


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


INSIDE = {"status": "restricted", "is_member": True}
OUTSIDE = {"status": "restricted", "is_member": False}


def change(before: dict[str, Any], after: dict[str, Any], chat: dict[str, Any] = GROUP) -> Incoming | None:
    standings = {"old_chat_member": before, "new_chat_member": after}
    return parse_update({"update_id": 42, "my_chat_member": {"chat": chat, "from": ANN, "date": 1, **standings}}, BOT)


@pytest.mark.parametrize("before", [{"status": "left"}, {"status": "kicked"}, OUTSIDE])
@pytest.mark.parametrize(
    "after", [{"status": "member"}, {"status": "administrator"}, INSIDE | {"can_send_messages": True}]
)
def test_being_added_to_a_group_is_an_event(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert change(before, after) == Incoming(
        chat=ChatRef("tg", "99", "-100123"),
        event_id="42",
        message_id="",
        sender=Sender("7", "Ann Li", "zh-hans"),
        added=True,
        chat_name="Team",
        wait_seconds=0.8,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"status": "member"}, {"status": "administrator"}),
        ({"status": "administrator"}, {"status": "member"}),
        ({"status": "left"}, {"status": "kicked"}),
        (INSIDE, {"status": "member"}),
        ({"status": "left"}, INSIDE),
        ({"status": "left"}, INSIDE | {"can_send_messages": False}),
        ({"status": "left"}, OUTSIDE),
        ({}, {}),
    ],
)
def test_other_membership_changes_are_ignored(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert change(before, after) is None


@pytest.mark.parametrize("chat", [GROUP, PRIVATE])
@pytest.mark.parametrize("before", [{"status": "member"}, {"status": "administrator"}, INSIDE])
@pytest.mark.parametrize("after", [{"status": "left"}, {"status": "kicked"}, OUTSIDE])
def test_being_removed_or_blocked_is_an_event(
    before: dict[str, Any], after: dict[str, Any], chat: dict[str, Any]
) -> None:
    found = change(before, after, chat)

    assert found is not None
    assert (found.removed, found.added, found.direct) == (True, False, chat == PRIVATE)


@pytest.mark.parametrize("chat", [PRIVATE, {"id": -1005, "type": "channel", "title": "News"}])
def test_a_bot_that_is_started_or_put_into_a_channel_is_not_added_to_a_group(chat: dict[str, Any]) -> None:
    assert change({"status": "kicked"}, {"status": "member"}, chat) is None
