"""Entities and parse modes."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity
from telegram.error import BadRequest

from bots.sandbox.telegram.errors import ApiError
from bots.sandbox.telegram.text.entity import Entity, utf16_length
from bots.sandbox.telegram.text.text_with_entities import Formatted, marked_up, stored
from tests.bots.sandbox.telegram.client import connected


def kinds(content: Formatted) -> list[tuple[str, int, int]]:
    return [(entity.type, entity.offset, entity.length) for entity in content.entities]


@pytest.mark.parametrize(
    ("offset", "length", "sentence"),
    [
        (1, 1, "entity begins in a middle of a UTF-16 symbol at byte offset 4"),
        (0, 1, "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4"),
        (3, 6, "entity beginning at UTF-16 offset 3 ends after the end of the text at UTF-16 offset 9"),
        (9, 1, "entity begins after the end of the text at UTF-16 offset 9"),
        (-1, 1, "receive an entity with incorrect offset -1"),
        (0, -1, "receive an entity with incorrect length -1"),
    ],
)
def test_entities_must_fit_the_text_in_utf16(offset: int, length: int, sentence: str) -> None:
    with pytest.raises(ApiError) as caught:
        stored(Formatted("👉 👉 a", (Entity("bold", offset, length),)))

    assert caught.value.description == f"Bad Request: {sentence}"


async def test_bad_entities_reach_the_sdk_as_a_bad_request() -> None:
    async with connected() as client:
        with pytest.raises(BadRequest, match=r"(?i)entity begins in a middle of a UTF-16 symbol"):
            await client.bot.send_message(11, "😀x", entities=[MessageEntity(MessageEntity.BOLD, 1, 1)])
        with pytest.raises(BadRequest, match=r"(?i)can't parse entities: unsupported start tag"):
            await client.bot.send_message(11, "<think>", parse_mode="HTML")

        assert client.sim.violations == []


# The sentences and offsets of tdlib's own tests, test/message_entities.cpp.
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("🏟 🏟_abacaba", "Can't find end of Italic entity at byte offset 9"),
        ("🏟 🏟_abac * asd ", "Can't find end of Bold entity at byte offset 15"),
        ("🏟 🏟_abac * asd _", "Can't find end of Italic entity at byte offset 21"),
        ("🏟 🏟`", "Can't find end of Code entity at byte offset 9"),
        ("🏟 🏟```", "Can't find end of Pre entity at byte offset 9"),
        ("🏟 🏟```a", "Can't find end of Pre entity at byte offset 9"),
        ("🏟 🏟```a ", "Can't find end of PreCode entity at byte offset 9"),
        ("🏟 🏟__🏟 🏟_", "Can't find end of Italic entity at byte offset 20"),
        ("🏟 🏟_🏟 🏟__", "Can't find end of Underline entity at byte offset 19"),
        ("🏟 🏟```🏟 🏟`", "Can't find end of Code entity at byte offset 21"),
        ("||a", "Can't find end of Spoiler entity at byte offset 0"),
        ("[a](b", "Can't find end of a URL at byte offset 4"),
        *[(c, f"Character '{c}' is reserved and must be escaped with the preceding '\\'") for c in "])(#+-=|{}.!"],
    ],
)
def test_invalid_markdown_is_refused_with_its_position(source: str, sentence: str) -> None:
    with pytest.raises(ApiError) as caught:
        marked_up(source, "MarkdownV2", None)

    assert caught.value.description == f"Bad Request: can't parse entities: {sentence}"


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("*b _i_* ~s~ __u__", "b i s u", ["bold", "italic", "strikethrough", "underline"]),
        ("`a` ||b||", "a b", ["code", "spoiler"]),
        ("```py\nx = 1```", "x = 1", ["pre"]),
        ("[t](http://a\\.b/\\))", "t", ["text_link"]),
        ("[t](tg://user?id=5)", "t", ["text_mention"]),
        (">q\n>r\nend", "q\nr\nend", ["blockquote"]),
        (">q\n>r||", "q\nr", ["expandable_blockquote"]),
        ("1\\.5 \\- 2", "1.5 - 2", []),
    ],
)
def test_markdown_becomes_entities(source: str, text: str, found: list[str]) -> None:
    content = stored(marked_up(source, "MarkdownV2", None))

    assert content.text == text
    assert [entity.type for entity in content.entities] == found


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("a <x>", 'Unsupported start tag "x" at byte offset 2'),
        ("я<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("я<b", "Unclosed start tag at byte offset 2"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a =x>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
    ],
)
def test_invalid_html_is_refused_with_its_position(source: str, sentence: str) -> None:
    with pytest.raises(ApiError) as caught:
        marked_up(source, "HTML", None)

    assert caught.value.description == f"Bad Request: can't parse entities: {sentence}"


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("<b>😀</b> <i>x</i>", "😀 x", [("bold", 0, 2), ("italic", 3, 1)]),
        ("&lt;a&gt; &amp;amp; &#65;&#x42; &nbsp;", "<a> &amp; AB &nbsp;", []),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
        ('<a href="http://a.b">t</a>', "t", [("text_link", 0, 1)]),
        ('<a href="nowhere">t</a>', "t", []),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ('<span class="tg-spoiler">s</span>', "s", [("spoiler", 0, 1)]),
        ("<code><b>x</b></code>", "x", [("code", 0, 1)]),
    ],
)
def test_html_becomes_entities(source: str, text: str, found: list[tuple[str, int, int]]) -> None:
    content = stored(marked_up(source, "HTML", None))

    assert content.text == text
    assert kinds(content) == found


def test_legacy_markdown_is_read() -> None:
    content = stored(marked_up("_i_ *b* `c` [t](http://a.b) \\_", "Markdown", None))

    assert content.text == "i b c t _"
    assert [entity.type for entity in content.entities] == ["italic", "bold", "code", "text_link"]
    with pytest.raises(ApiError, match="Can't find end of the entity starting at byte offset 2"):
        marked_up("a _b", "Markdown", None)


def test_an_unknown_parse_mode_is_refused() -> None:
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        marked_up("a", "XML", None)


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("localhost", "Wrong HTTP URL"),
        ("http://localhost:8080/admin", "Wrong HTTP URL"),
        ("http://a b.org", "Disallowed character in URL host"),
        ("https://exa|mple.com/", "Disallowed character in URL host"),
        ("http://<host>.org", "Disallowed character in URL host"),
        ("ftp://e.org", "Unsupported URL protocol"),
        ("https://e.org:99999", "Wrong port number specified in the URL"),
        ("https://[x]/", "Wrong IPv6 address specified in the URL"),
        ("https:///x", "URL host is empty"),
    ],
)
def test_an_invalid_link_is_refused(url: str, fault: str) -> None:
    with pytest.raises(ApiError, match=re.escape(f"entity URL '{url}' is invalid: {fault}")):
        stored(Formatted("a", (Entity("text_link", 0, 1, url),)))
    assert not marked_up(f'<a href="{html.escape(url)}">a</a>', "HTML", None).entities


@pytest.mark.parametrize(
    "url", ["e.org", "https://例子.中国/x", "http://u@e.org:8080?q", "https://[::1]/", "tg://user?id=1"]
)
def test_a_valid_link_is_accepted(url: str) -> None:
    assert stored(Formatted("a", (Entity("text_link", 0, 1, url),))).entities[0].argument == url


def test_text_is_cleaned_and_trimmed_and_entities_move_along() -> None:
    content = stored(Formatted(" \n a\r\tb \n ", (Entity("bold", 3, 1), Entity("italic", 6, 3))))

    assert content.text == "a b"
    assert kinds(content) == [("bold", 0, 1), ("italic", 2, 1)]
    assert stored(Formatted("\n  a", (Entity("bold", 1, 3),))).text == "  a"


def test_the_server_detects_entities() -> None:
    content = stored(Formatted("😀 /start@wanjie_bot @anna #tag https://a.com/x. mail a@b.org, no/cmd a@b @ann"))

    assert kinds(content) == [
        ("bot_command", 3, 17),
        ("mention", 21, 5),
        ("hashtag", 27, 4),
        ("url", 32, 15),
        ("email", 54, 7),
    ]


def test_nothing_is_found_inside_a_link() -> None:
    assert kinds(stored(Formatted("https://a.com/?x=@ann"))) == [("url", 0, 21)]


def test_nothing_is_found_inside_code() -> None:
    assert kinds(stored(Formatted("/cmd @ann", (Entity("code", 0, 9),)))) == [("code", 0, 9)]


def test_no_more_than_a_hundred_entities_are_kept_and_bold_goes_first() -> None:
    bold = [Entity("bold", at, 1) for at in range(100)]
    code = [Entity("code", at, 1) for at in range(100, 120)]

    kept = stored(Formatted("x" * 120, (*bold, *code))).entities

    assert len(kept) == 100
    assert [entity.type for entity in kept].count("code") == 20


@given(st.text(max_size=60), st.integers(-2, 70), st.integers(-2, 70))
def test_every_entity_is_refused_or_stays_inside_the_text(text: str, offset: int, length: int) -> None:
    try:
        content = stored(Formatted(text, (Entity("bold", offset, length),)))
    except ApiError:
        return

    size = utf16_length(content.text)
    assert all(0 <= e.offset < e.offset + e.length <= size for e in content.entities)
    assert stored(content) == content


@given(st.text(alphabet="ab_*~|`[]()>!\\\n.😀", max_size=30))
def test_any_markdown_is_parsed_or_refused(source: str) -> None:
    try:
        content = stored(marked_up(source, "MarkdownV2", None))
    except ApiError:
        return

    assert utf16_length(content.text) <= utf16_length(source)


@given(st.text(alphabet="ab<>/=\"' &;#x😀", max_size=30))
def test_any_html_is_parsed_or_refused(source: str) -> None:
    try:
        content = stored(marked_up(source, "HTML", None))
    except ApiError:
        return

    assert utf16_length(content.text) <= utf16_length(source)


def test_a_quote_within_a_quote_is_dropped_and_quotes_side_by_side_stay() -> None:
    quotes = (Entity("expandable_blockquote", 0, 3), Entity("blockquote", 1, 1), Entity("blockquote", 4, 1))

    assert kinds(stored(Formatted("abc\nd", quotes))) == [("expandable_blockquote", 0, 3), ("blockquote", 4, 1)]


def test_text_in_a_quote_may_be_formatted() -> None:
    dressed = (Entity("expandable_blockquote", 0, 3), Entity("bold", 0, 2), Entity("code", 2, 1))

    assert len(stored(Formatted("abc", dressed)).entities) == 3
