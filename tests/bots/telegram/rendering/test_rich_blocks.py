# ruff: noqa: RUF001 - letters and punctuation of other scripts are meant
"""A rich draft shows the text and the marks of the message that follows it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.sandbox.telegram.text.entity import Entity
from bots.sandbox.telegram.text.rich_message import RichContent, read_rich_message
from bots.sandbox.telegram.text.text_with_entities import Formatted
from bots.telegram.rendering.markdown import FormattedSpan, RenderedText, render
from bots.telegram.rendering.reasoning_quote import add_fold
from bots.telegram.rendering.rich_blocks import build_rich_message

_Parts: TypeAlias = list[list[tuple[str, frozenset[tuple[str, str]]]]]
_BLOCKS = {"pre", "blockquote", "expandable_blockquote"}
_SNIPPETS = (
    *("**bold**", "*slanted*", "***both***", "~~old~~", "`a<b`", "||hidden **b**||", "**a `b` c**", "# Head *it*\n"),
    *(
        "[l **b**](https://a.example/x?a=b&c)",
        "![i](https://a.example/c.png)",
        "![👍](tg://emoji?id=5368324170671202286)",
    ),
    *(
        "\n```py\nif a < b:\n\tc()\n```\n",
        "\n```\n\n x\n```",
        "\n> quote **b**\n> `c` d\n",
        "\n>\n> \u200b\n",
        "1. ```py\n   a\n   ```\n",
    ),
    *(
        "\n- a\n  - **b**\n",
        "\n3. c\n",
        "\n| a | b |\n|---|--:|\n| 1 | **2** |\n",
        "\n---\n",
        "\\(x\\)",
        "$400-600K and $5",
    ),
    *("😀", "👨‍👩‍👧", "𝕏**𝕐**", "مرحبا **بالعالم**", "שלום `קוד`", "你好，**世界**。", "\u200f", "\u2060", "\xa0"),
    *(
        "<tg-button type='callback_data'>x</tg-button>",
        "<b>",
        "&amp;",
        "@name",
        "https://a.example/_b_",
        " ",
        "\n",
        "\n\n",
    ),
)
_CLEANED = "\u202a\u202b\u202c\u202d\u202e\u0333\u033f\u030a"
"""Characters that Telegram drops from any text; it turns controls into blanks."""
_letters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=_CLEANED)
_markdown = st.lists(st.sampled_from(_SNIPPETS) | st.text(_letters, max_size=4), max_size=30).map("".join)


def _read(message: dict[str, Any] | None) -> RichContent:
    """Read a draft as Telegram does, which refuses one that is beyond a limit."""
    return read_rich_message(message, (10, 3)) if message else RichContent(Formatted())


def _list_draft_parts(message: dict[str, Any] | None) -> _Parts:
    """Return what each block shows."""
    blocks: list[Any] = message["blocks"] if message else []
    return [
        part
        for block in blocks
        for part in _list_parts(_read({"blocks": [block], "skip_entity_detection": True}).content)
    ]


def _to_formatted(rendered: RenderedText) -> Formatted:
    """Return what the message shows, in which tabs are blanks, as in the draft."""
    spans = [Entity(each.kind, each.offset, each.length, each.url or each.language) for each in rendered.spans]
    return Formatted(rendered.text.replace("\t", " "), tuple(spans))


def _list_parts(shown: Formatted) -> _Parts:
    """Return the visible parts between the edges of blocks: each character with its marks.

    A block begins a line, so line breaks at its edges show nothing. A custom emoji is its alternative in drafts.
    """
    text = shown.text.encode("utf-16-le")
    edges = {0, len(text) // 2}
    marks: dict[int, set[tuple[str, str]]] = {}
    for entity in shown.entities:
        end = entity.offset + entity.length
        edges |= {entity.offset, end} if entity.type in _BLOCKS else set()
        for place in range(entity.offset, end) if entity.type != "custom_emoji" else ():
            marks.setdefault(place, set()).add((entity.type, entity.argument))
    parts: _Parts = []
    for start, end in pairwise(sorted(edges)):
        part = text[2 * start : 2 * end].decode("utf-16-le")
        if _is_visible(part):
            parts.append(_list_characters(part, start, marks))
    return parts


def _list_characters(
    part: str, start: int, marks: dict[int, set[tuple[str, str]]]
) -> list[tuple[str, frozenset[tuple[str, str]]]]:
    characters: list[tuple[str, frozenset[tuple[str, str]]]] = []
    place = start
    for character in part:
        characters.append((character, frozenset(marks.get(place, ()))))
        place += len(character.encode("utf-16-le")) // 2
    is_break = [character == "\n" for character, _ in characters]
    first = is_break.index(False)
    last = len(is_break) - is_break[::-1].index(False)
    return characters[first:last]


def _is_visible(text: str) -> bool:
    return (
        re.fullmatch(r"[\s\u0000-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*", text)
        is None
    )


@pytest.mark.parametrize("snippet", _SNIPPETS)
def test_each_kind_of_formatting_is_the_same_in_the_draft(snippet: str) -> None:
    rendered = render(f"😀 a {snippet} b\n{snippet}", defuse=False)

    assert _list_draft_parts(build_rich_message(rendered)) == _list_parts(_to_formatted(rendered))


@given(source=_markdown, growing=st.booleans())
@example(source="> a `b` c\n> d\n\n\n```\nx\n```\n\n\n```\ny\n```\n\nz", growing=False)
@example(source="1. ```py\n   a\n   ```\n   b", growing=True)
def test_a_draft_has_the_text_and_the_marks_of_its_message(source: str, *, growing: bool) -> None:
    rendered = render(source, defuse=False, growing=growing)
    message = build_rich_message(rendered)

    assert _read(message).reasoning == ""
    assert _list_draft_parts(message) == _list_parts(_to_formatted(rendered))


@given(_markdown, _markdown)
def test_reasoning_is_folded_above_an_answer_and_thought_before_it(reasoning: str, source: str) -> None:
    rendered = add_fold(reasoning, render(source, defuse=False), defuse=False)
    message = build_rich_message(rendered)
    draft = _read(message)
    is_reasoning_only = [span.length for span in rendered.spans if span.kind == "expandable_blockquote"] == [
        len(rendered.text.encode("utf-16-le")) // 2
    ]

    if is_reasoning_only and draft.reasoning:
        assert (draft.reasoning, draft.content.text) == (rendered.text.replace("\t", " "), "")
    else:
        assert draft.reasoning == ""
        assert _list_draft_parts(message) == _list_parts(_to_formatted(rendered))


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("one\ntwo\n\nthree", [{"type": "paragraph", "text": "one\ntwo\n\nthree"}]),
        ("it costs $400, not $5", [{"type": "paragraph", "text": "it costs $400, not $5"}]),
        (
            "a <tg-button type='url'>b</tg-button> ![c](https://a.example/c.png)",
            [
                {
                    "type": "paragraph",
                    "text": [
                        "a <tg-button type='url'>b</tg-button> ",
                        {"type": "url", "text": "c", "url": "https://a.example/c.png"},
                    ],
                }
            ],
        ),
        (
            "a\n\n```py\nb < c\n```\n\n> **d** e\n\nf",
            [
                {"type": "paragraph", "text": "a"},
                {"type": "pre", "text": "b < c", "language": "py"},
                {
                    "type": "blockquote",
                    "blocks": [{"type": "paragraph", "text": [{"type": "bold", "text": "d"}, " e"]}],
                },
                {"type": "paragraph", "text": "f"},
            ],
        ),
        (
            "||a **b *c***||",
            [
                {
                    "type": "paragraph",
                    "text": {
                        "type": "spoiler",
                        "text": ["a ", {"type": "bold", "text": ["b ", {"type": "italic", "text": "c"}]}],
                    },
                }
            ],
        ),
    ],
)
def test_blocks_hold_no_markup(source: str, blocks: list[Any]) -> None:
    assert build_rich_message(render(source, defuse=False)) == {"blocks": blocks, "skip_entity_detection": True}


@pytest.mark.parametrize(
    ("source", "is_rtl"), [("1. **مرحبا** Ada", True), ("😀 שלום", True), ("Ada: مرحبا", False), ("12", False)]
)
def test_a_draft_runs_in_the_direction_of_its_first_letter(source: str, *, is_rtl: bool) -> None:
    message = build_rich_message(render(source))

    assert message is not None
    assert ("is_rtl" in message) is is_rtl


@pytest.mark.parametrize("text", ["", "\u200b", " \n\u2800"])
def test_what_shows_nothing_is_no_draft(text: str) -> None:
    assert build_rich_message(RenderedText(text)) is None
    assert build_rich_message(RenderedText(text, (FormattedSpan("blockquote", 0, len(text)),) if text else ())) is None


def test_marks_in_a_block_that_is_left_out_leave_the_next_ones_in_place() -> None:
    spans = (FormattedSpan("blockquote", 0, 1), FormattedSpan("bold", 0, 1), FormattedSpan("bold", 2, 1))

    assert _list_draft_parts(build_rich_message(RenderedText("\u200b\na", spans))) == [
        [("a", frozenset({("bold", "")}))]
    ]


def test_the_largest_page_is_within_the_limits_of_rich_messages() -> None:
    quotes = "> q\n\np\n\n" * 400
    deep = "> ***~~||[a](https://a.example)||~~***\n" * 20

    for source in (quotes, deep, "字" * 4096, "😀" * 2048):
        assert _read(build_rich_message(render(source, defuse=False))).content.text
