"""All that a person sees in a message is read, whichever way the message came."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.telegram.events.entities_to_markdown import get_span, slice_utf16, to_markdown
from bots.telegram.events.parse import parse_update
from tests.bots.telegram.private_message import BO, BOT, GROUP, NEWS, OURS, message, said


def ignored(**fields: object) -> bool:
    return parse_update({"update_id": 1, "message": message(**fields)}, BOT) is None


def entity(words: str, kind: str, part: str, **fields: object) -> dict[str, Any]:
    offset = _units(words[: words.index(part)])
    return {"type": kind, "offset": offset, "length": _units(part), **fields}


def _units(words: str) -> int:
    return len(words.encode("utf-16-le")) // 2


WORDS = "😀 read this article, run x`y:\nif a:\n    b()\nor not"
FORMATTING = [
    entity(WORDS, "bold", "read"),
    entity(WORDS, "text_link", "article", url="https://a.example/x"),
    entity(WORDS, "italic", "this article"),
    entity(WORDS, "code", "x`y"),
    entity(WORDS, "pre", "if a:\n    b()", language="python"),
    entity(WORDS, "strikethrough", "not"),
]
READ = "😀 read this article (https://a.example/x), run ``x`y``:\n```python\nif a:\n    b()\n```\nor ~~not~~"
TYPED = {"text": WORDS, "entities": FORMATTING}
CAPTION = {"photo": [{"file_id": "p"}], "caption": WORDS, "caption_entities": FORMATTING}
FORWARD = {"forward_origin": {"type": "user", "date": 1, "sender_user": BO}}


@pytest.mark.parametrize("form", [TYPED, CAPTION], ids=["text", "caption"])
def test_links_and_code_are_read_in_every_kind_of_message(form: dict[str, Any]) -> None:
    before = message(**{"from": BO}, **form)
    start = _units(WORDS[: WORDS.index("article")])
    part = {"text": "article, run x`y", "position": start, "is_manual": True}

    assert said(**form).text == READ
    assert said(**form, **FORWARD).text == READ
    assert said(text="why?", reply_to_message=before).quoted == READ
    assert said(text="why?", reply_to_message=before, quote=part).quoted == (
        "article (https://a.example/x), run ``x`y``"
    )
    assert said(chat=GROUP, text="why?", reply_to_message={**before, "from": OURS}).quoted == READ


MARKDOWN: list[tuple[str, list[tuple[str, str, dict[str, Any]]], str]] = [
    ("see a.example", [("text_link", "a.example", {"url": "https://a.example/"})], "see a.example"),
    ("a b", [("text_link", "a ", {"url": "http://x.y"})], "a (http://x.y) b"),
    ("one two", [("blockquote", "one", {})], "> one\n two"),
    ("one\ntwo\nthree", [("expandable_blockquote", "one\ntwo", {})], "> one\n> two\nthree"),
    (
        "one link\ntwo",
        [("blockquote", "one link", {}), ("text_link", "link", {"url": "http://x.y"})],
        "> one link (http://x.y)\ntwo",
    ),
    (
        "big link",
        [("text_link", "big link", {"url": "http://x.y"}), ("strikethrough", "big", {})],
        "~~big~~ link (http://x.y)",
    ),
    ("do\nthis", [("code", "do\nthis", {})], "```\ndo\nthis\n```"),
    ("a ``` b", [("pre", "a ``` b", {"language": "x `y"})], "````xy\na ``` b\n````"),
    ("secret word", [("spoiler", "secret", {}), ("custom_emoji", "word", {})], "||secret|| word"),
    ("hi Wan", [("text_mention", "Wan", {"user": BO})], "hi Wan"),
    ("over lap", [("code", "over l", {}), ("pre", "lap", {})], "`over l`ap"),
]


@pytest.mark.parametrize(("words", "entities", "markdown"), MARKDOWN)
def test_entities_become_markdown(words: str, entities: list[tuple[str, str, Any]], markdown: str) -> None:
    assert said(text=words, entities=[entity(words, kind, part, **more) for kind, part, more in entities]).text == (
        markdown
    )


def test_a_command_copied_from_code_has_a_plain_argument() -> None:
    words = "/model kimi-k2"
    incoming = said(text=words, entities=[entity(words, "code", "kimi-k2")])

    assert (incoming.command, incoming.text) == ("model", "kimi-k2")


def test_a_mention_before_code_is_recognised() -> None:
    words = "@wanjie_bot, x = 1"
    incoming = said(chat=GROUP, text=words, entities=[entity(words, "code", "x = 1")])

    assert (incoming.text, incoming.mentioned) == ("`x = 1`", True)


POLL = {
    "id": "1",
    "question": "Where to?",
    "type": "regular",
    "options": [
        {"persistent_id": "a", "text": "Sushi", "voter_count": 3},
        {"persistent_id": "b", "text": "Pizza", "voter_count": 1},
        {"persistent_id": "c", "text": "Home", "voter_count": 0},
    ],
}
PLACE = {"latitude": 52.520008, "longitude": 13.0}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"poll": POLL}, "[poll] Where to?\n- Sushi (3 votes)\n- Pizza (1 vote)\n- Home"),
        (
            {"poll": {**POLL, "type": "quiz", "is_closed": True, "correct_option_id": 1, "explanation": "Because."}},
            "[quiz, closed] Where to?\n- Sushi (3 votes)\n- Pizza (1 vote, correct)\n- Home\nExplanation: Because.",
        ),
        ({"location": PLACE}, "[location] 52.520008, 13"),
        ({"location": {**PLACE, "live_period": 60}}, "[live location] 52.520008, 13"),
        (
            {"venue": {"location": PLACE, "title": "Cafe", "address": "Main St 1"}, "location": PLACE},
            "[venue] Cafe\nMain St 1\n52.520008, 13",
        ),
        (
            {"contact": {"first_name": "Bo", "last_name": "Y", "phone_number": "+491", "vcard": "N:x\nORG:ACME;R"}},
            "[contact] Bo Y\n+491\norg: ACME R",
        ),
        ({"dice": {"emoji": "🎲", "value": 4}}, "🎲 4"),
        ({"sticker": {"file_id": "s", "emoji": "😂"}}, "😂"),
        ({"game": {"title": "Chess", "description": "Mate.", "text": "Top: Bo"}}, "[game] Chess\nMate.\nTop: Bo"),
        (
            {
                "checklist": {
                    "title": "Buy",
                    "tasks": [{"id": 1, "text": "milk", "completion_date": 5}, {"text": "tea"}],
                }
            },
            "[checklist] Buy\n- [x] milk\n- [ ] tea",
        ),
        (
            {"invoice": {"title": "Pen", "description": "Red.", "currency": "EUR", "total_amount": 145}},
            "[invoice] Pen\nRed.\n145 (smallest units of EUR)",
        ),
    ],
)
def test_messages_without_text_are_described(fields: dict[str, Any], words: str) -> None:
    reply = said(text="well?", reply_to_message=message(**{"from": BO}, **fields))
    external = said(text="well?", external_reply={"origin": FORWARD["forward_origin"], **fields})

    assert (said(**fields).text, said(**fields).attachments) == (words, ())
    assert (reply.quoted, reply.quoted_author) == (words, "Bo")
    assert (external.quoted, external.quoted_author) == (words, "Bo")


def test_a_reply_to_one_option_of_a_poll_says_which() -> None:
    incoming = said(text="why?", reply_to_message=message(poll=POLL), reply_to_poll_option_id="b")

    assert incoming.quoted.endswith("[this one] Pizza")


@pytest.mark.parametrize("mood", [{"sticker": {"file_id": "s", "emoji": "😂"}}, {"animation": {"file_id": "g"}}])
def test_a_lone_sticker_in_a_group_is_ignored_even_as_a_reply_to_the_bot(mood: dict[str, Any]) -> None:
    ours = message(**{"from": OURS}, chat=GROUP, text="My answer")

    assert ignored(chat=GROUP, reply_to_message=ours, **mood)
    assert said(reply_to_message=ours, **mood)


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "user", "sender_user": BO}, "Bo"),
        ({"type": "user", "sender_user": OURS}, "you"),
        ({"type": "hidden_user", "sender_user_name": "Bo H"}, "Bo H"),
        ({"type": "chat", "sender_chat": GROUP, "author_signature": "boss"}, "Team (boss)"),
        ({"type": "channel", "chat": NEWS, "message_id": 3}, "News"),
        ({"type": "channel", "chat": NEWS, "message_id": 3, "author_signature": "Bo"}, "News (Bo)"),
    ],
)
def test_a_forward_names_its_origin(origin: dict[str, Any], name: str) -> None:
    before = message(text="Paris is big.", forward_origin=origin)

    assert said(text="Paris is big.", forward_origin=origin).forwarded_from == name
    assert said(text="so?", reply_to_message=before).quoted_author == f"Ann Li, who forwarded it from {name}"
    assert said(text="so?", external_reply={"origin": origin}, quote={"text": "Paris"}).quoted_author == name


def test_a_quote_names_its_author() -> None:
    post = message(**{"from": {"id": 777000, "first_name": "Telegram"}}, sender_chat=NEWS, text="14 May")
    post |= {"is_automatic_forward": True, "forward_origin": {"type": "channel", "chat": NEWS}}
    own = said(text="so?", reply_to_message=message(**{"from": OURS}, text="My answer"))
    other = {"origin": {"type": "user", "sender_user": BO}, "chat": {"id": -5, "type": "supergroup", "title": "Club"}}

    assert said(text="so?", reply_to_message=post).quoted_author == "News"
    assert said(text="so?", external_reply=other, quote={"text": "x"}).quoted_author == "Bo in Club"
    assert (own.quoted_author, own.excerpt) == ("you", False)


def test_a_forwarded_command_is_not_run() -> None:
    assert (said(text="/new", **FORWARD).command, said(text="/new", **FORWARD).text) == ("", "/new")


spans = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["text_link", "code", "pre", "blockquote", "strikethrough", "bold"]),
        "offset": st.integers(-2, 40),
        "length": st.integers(-2, 40),
        "url": st.just("http://x.y"),
    }
)


@given(st.text(st.sampled_from("ab 😀👩‍👩‍👧\n`你>*"), max_size=30), st.lists(spans, max_size=4))
def test_any_entities_keep_all_words(words: str, entities: list[dict[str, Any]]) -> None:
    shown = to_markdown(words, entities, marks=True).replace("http://x.y", "")

    assert _kept(words) == _kept(shown)


@given(st.text(max_size=20), st.integers(0, 30), st.integers(0, 30))
def test_offsets_count_utf16_units(words: str, start: int, length: int) -> None:
    first, end = get_span(words, {"offset": start, "length": length})

    assert 0 <= first <= end <= len(words)
    assert slice_utf16(words, _units(words[:first]), _units(words[first:end])) == words[first:end]


def _kept(words: str) -> str:
    return "".join(character for character in words if character in "ab😀👩👧你")
