"""All visible content of a message of Slack is read once."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.slack.blocks.markdown import render_markdown
from bots.slack.blocks.message_content import RenderedPage, page_variants
from bots.slack.events.message_text import MessageText, read_message
from core.chat.port.incoming import Attachment
from core.chat.port.menus import Button

_Json = dict[str, Any]


def _text(text: str, **style: bool) -> _Json:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _link(url: str, text: str, **style: bool) -> _Json:
    return {"type": "link", "url": url, "text": text, "style": style}


def _plain(text: str) -> _Json:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> _Json:
    return {"type": "mrkdwn", "text": text}


def _rich(*elements: _Json) -> _Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*elements]}]}


def _read_own(**message: Any) -> str:  # noqa: ANN401 - any JSON
    return read_message({"user": "UBOT", "bot_id": "B1", **message}, "UBOT").text


def _read_text(**message: Any) -> str:  # noqa: ANN401 - any JSON
    return read_message({"user": "U1", **message}, "UBOT").text


def _read_app(**message: Any) -> str:  # noqa: ANN401 - any JSON
    return read_message({"bot_id": "B7", "subtype": "bot_message", **message}, "UBOT").text


_EVERY_ELEMENT = _rich(
    _text("Ask "),
    {"type": "user", "user_id": "U7"},
    _text(" or "),
    {"type": "usergroup", "usergroup_id": "S1"},
    _text(" in "),
    {"type": "channel", "channel_id": "C1"},
    _text(" "),
    {"type": "broadcast", "range": "here"},
    _text(" "),
    {"type": "emoji", "name": "wave", "skin_tone": 3},
    _text(" see "),
    {"type": "link", "url": "https://x.y/z", "text": "the page"},
    _text(" or "),
    {"type": "link", "url": "https://x.y"},
    _text(" by "),
    {"type": "date", "timestamp": 1770000000, "format": "{date}", "fallback": "2 February"},
    _text(" in "),
    {"type": "color", "value": "#ff0000"},
    _text(" now", bold=True, italic=True),
    _text(" <b>&"),
    {"type": "something_new", "text": "!"},
)
_IN_WORDS = (
    "Ask @U7 or @group in #C1 @here :wave::skin-tone-3: see the page (https://x.y/z) or https://x.y by 2 February"
    " in #ff0000 *_now_* <b>&!"
)


def test_every_element_of_rich_text_is_read() -> None:
    read = read_message({"user": "U1", "blocks": [_EVERY_ELEMENT]}, "UBOT")

    assert read.text == _IN_WORDS
    assert read.named == ("@U7", "#C1")


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({"type": "canvas", "file_id": "F7", "label": "Launch plan"}, "Launch plan"),
        ({"type": "canvas", "file_id": "F7"}, "[canvas]"),
        ({"type": "canvas_user_mention", "user_id": "U7"}, "@U7"),
        ({"type": "attachment_mention", "url": "https://j/X-1", "text": "X-1 Login"}, "X-1 Login (https://j/X-1)"),
        ({"type": "workflow_mention", "text": "Run it", "url": "https://s/Ft1"}, "Run it (https://s/Ft1)"),
        (
            {"type": "message_mention", "channel_id": "C9", "text": "It moved", "url": "https://s/p1"},
            "It moved (https://s/p1)",
        ),
        ({"type": "message_mention", "channel_id": "C9", "message_ts": "1.0"}, "[message in #C9]"),
        ({"type": "canvas_message_unfurl", "root_message_channel": "C9"}, "[message in #C9]"),
        ({"type": "list_record", "file_id": "F9", "text": "Fix it", "url": "https://s/F9"}, "Fix it (https://s/F9)"),
        ({"type": "list_record", "file_id": "F9"}, "[record of a list]"),
        ({"type": "team", "team_id": "T7"}, "T7"),
        ({"type": "something_new", "title": "Docs", "url": "https://d"}, "Docs (https://d)"),
    ],
)
def test_links_and_references_keep_their_text_and_url(element: _Json, words: str) -> None:
    assert _read_text(blocks=[_rich(_text("see "), element, _text(" now"))]) == f"see {words} now"


def test_a_checklist_marks_completed_items() -> None:
    lists = [
        {
            "type": "rich_text_list",
            "style": style,
            "elements": [{"type": "rich_text_section", "elements": [_text(word)]}],
        }
        for style, word in (("checked", "buy tea"), ("unchecked", "drink it"))
    ]

    assert _read_text(blocks=[{"type": "rich_text", "elements": lists}]) == "[x] buy tea\n[ ] drink it"


def test_a_truncated_text_is_read_from_its_blocks() -> None:
    cut = {
        "user": "U1",
        "text": "Ask <@U7> or <!subteam^S1|@team> in <#C1|general> <!here>…",
        "blocks": [_EVERY_ELEMENT],
    }

    assert read_message(cut, "UBOT").text == _IN_WORDS.replace("@group", "@team").replace("#C1", "#general")
    assert _read_text(text="Ask <@U7> or", blocks=[_EVERY_ELEMENT]) == _IN_WORDS
    assert _read_text(text="and so on…") == "and so on…"


def test_lists_quotes_and_code_keep_their_lines() -> None:
    block: _Json = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [_text("Steps:\n")]},
            {
                "type": "rich_text_list",
                "style": "ordered",
                "offset": 1,
                "elements": [{"type": "rich_text_section", "elements": [_text(word)]} for word in ("one", "two")],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "indent": 1,
                "elements": [{"type": "rich_text_section", "elements": [_text("inner")]}],
            },
            {"type": "rich_text_quote", "elements": [_text("said\ntwice")]},
            {
                "type": "rich_text_preformatted",
                "elements": [_text("  if a < 1:\n    "), {"type": "link", "url": "http://a.b"}],
            },
        ],
    }

    assert _read_text(blocks=[block]) == (
        "Steps:\n2. one\n3. two\n    • inner\n> said\n> twice\n```\n  if a < 1:\n    http://a.b\n```"
    )


@pytest.mark.parametrize(
    "message",
    [
        {"text": "run `curl <http://www.example.com|www.example.com>` now"},
        {
            "blocks": [
                _rich(
                    _text("run "),
                    _text("curl ", code=True),
                    {
                        "type": "link",
                        "url": "http://www.example.com",
                        "text": "www.example.com",
                        "style": {"code": True},
                    },
                    _text(" now"),
                )
            ]
        },
    ],
)
def test_a_url_in_code_is_read_as_typed(message: _Json) -> None:
    assert _read_text(**message) == "run `curl www.example.com` now"


_LABELLED: _Json = {"type": "link", "url": "https://a.b/c", "text": "npm ci", "style": {"code": True}}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"blocks": [_rich(_text("run "), _LABELLED)]}, "run `npm ci (https://a.b/c)`"),
        ({"text": "run `<https://a.b/c|npm ci>`"}, "run `npm ci (https://a.b/c)`"),
        ({"text": "<https://a.b/|https://a.b>"}, "https://a.b"),
        (
            {"blocks": [_rich({"type": "date", "timestamp": 7, "url": "https://a.b", "fallback": "May"})]},
            "May (https://a.b)",
        ),
        ({"text": "<!date^7^{date}^https://a.b|May> <!date^7^{date}|May>"}, "May (https://a.b) May"),
    ],
)
def test_the_url_behind_words_is_read(message: _Json, words: str) -> None:
    assert _read_text(**message) == words


def test_code_keeps_its_language() -> None:
    code: _Json = {"type": "rich_text_preformatted", "language": "c++", "elements": [_text("x")]}
    odd = {**code, "language": "a `b"}

    assert _read_text(blocks=[{"type": "rich_text", "elements": [code, odd]}]) == "```c++\nx\n```\n```\nx\n```"


def test_a_back_tick_in_a_word_does_not_start_code() -> None:
    assert _read_text(text="it`s <http://a.b|here>, don`t go") == "it`s here (http://a.b), don`t go"
    assert _read_text(text="```\nwget <http://a.b>\n``` and <http://a.b|www.a.b>") == (
        "```\nwget http://a.b\n``` and www.a.b (http://a.b)"
    )


_SECTION: _Json = {"type": "section", "text": {"type": "mrkdwn", "text": "*CPU* &gt; 90% on <https://x.y|web-1>"}}
_BLOCKS: list[tuple[_Json, str]] = [
    (_SECTION, "*CPU* > 90% on web-1 (https://x.y)"),
    (
        {
            "type": "section",
            "fields": [_mrkdwn("*Owner*\nBo"), _plain("a<b")],
        },
        "*Owner*\nBo\na<b",
    ),
    ({"type": "header", "text": {"type": "plain_text", "text": "Alert"}}, "Alert"),
    (
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "main"}, {"type": "image", "alt_text": "logo"}]},
        "main [picture: logo]",
    ),
    ({"type": "markdown", "text": "# A & <@U7>\n- **b**"}, "# A & <@U7>\n- **b**"),
    (
        {"type": "image", "title": _plain("Sales"), "alt_text": "A chart"},
        "[picture: Sales - A chart]",
    ),
    (
        {
            "type": "table",
            "rows": [
                [{"type": "raw_text", "text": "Name"}, {"type": "raw_text", "text": "a|b"}],
                [_rich({"type": "user", "user_id": "U7"}), {"type": "raw_number", "value": 7}],
            ],
        },
        "| Name | a\\|b |\n| --- | --- |\n| @U7 | 7 |",
    ),
    (
        {"type": "video", "title": _plain("How to"), "alt_text": "a film"},
        "How to\n[picture: How to - a film]",
    ),
    (
        {"type": "card", "title": _mrkdwn("Card"), "body": _mrkdwn("inside")},
        "Card\ninside",
    ),
    (
        {"type": "container", "blocks": [{"type": "alert", "text": {"type": "plain_text", "text": "Down"}}, _SECTION]},
        "Down\n*CPU* > 90% on web-1 (https://x.y)",
    ),
    (
        {
            "type": "container",
            "rich_text_title": _rich(_text("Bulk update")),
            "subtitle": _mrkdwn("*2* records"),
            "child_blocks": [_SECTION, {"type": "divider"}, {"type": "header", "text": _plain("Next")}],
        },
        "Bulk update\n*2* records\n*CPU* > 90% on web-1 (https://x.y)\nNext",
    ),
    (
        {
            "type": "data_visualization",
            "title": "Candy",
            "chart": {
                "type": "pie",
                "segments": [{"label": "Kit & Kat", "value": 45}, {"label": "Twix", "value": 2.5}],
            },
        },
        "Candy\nKit & Kat: 45\nTwix: 2.5",
    ),
    (
        {
            "type": "data_visualization",
            "title": "Visits",
            "chart": {
                "type": "bar",
                "axis_config": {"x_label": "Day", "categories": ["Mon", "Tue"]},
                "series": [
                    {"name": "Web", "data": [{"label": "Mon", "value": 1}, {"label": "Tue", "value": 2}]},
                    {"name": "a|b", "data": [{"label": "Tue", "value": 0}]},
                ],
            },
        },
        "Visits\n| Day | Web | a\\|b |\n| --- | --- | --- |\n| Mon | 1 |  |\n| Tue | 2 | 0 |",
    ),
    (
        {"type": "data_table", "caption": "Tea", "rows": [{"cells": [{"type": "raw_text", "text": "Kind"}]}]},
        "Tea\n| Kind |\n| --- |",
    ),
    (
        {
            "type": "video",
            "title": _plain("Talk"),
            "title_url": "https://v/1",
            "author_name": "Bo",
            "provider_name": "YouTube",
            "description": _plain("About X"),
        },
        "Talk (https://v/1)\nBo\nYouTube\nAbout X\n[picture: Talk]",
    ),
    (
        {"type": "call", "call_id": "R1", "call": {"v1": {"name": "Standup", "join_url": "https://zoom.us/j/1"}}},
        "Standup (https://zoom.us/j/1)",
    ),
    (
        {
            "type": "task_card",
            "title": "Search",
            "details": _rich(_text("looked")),
            "output": _rich(_text("found it")),
            "sources": [{"type": "url", "url": "https://s", "text": "Source"}],
        },
        "Search\nlooked\nfound it\nSource (https://s)",
    ),
    ({"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Ack"}}]}, ""),
    ({"type": "divider"}, ""),
]


@pytest.mark.parametrize(("block", "words"), _BLOCKS)
def test_texts_in_blocks_are_read(block: _Json, words: str) -> None:
    assert _read_app(text="", blocks=[block]) == words


def test_a_message_of_an_app_is_read_from_its_blocks() -> None:
    blocks = [_SECTION, {"type": "context", "elements": [{"type": "mrkdwn", "text": "2 minutes ago"}]}]

    assert _read_app(text="CPU alert", blocks=blocks) == "*CPU* > 90% on web-1 (https://x.y)\n2 minutes ago"
    assert _read_app(text="Hello", blocks=[{"type": "actions", "elements": []}]) == "Hello"
    assert _read_text(text="Look", blocks=[{"type": "image", "alt_text": "a cat"}]) == "Look\n[picture: a cat]"


def test_repeated_parts_of_an_attachment_are_read_once() -> None:
    attachment = {
        "fallback": "Build 7 failed",
        "pretext": "From CI:",
        "author_name": "builder",
        "title": "Build 7",
        "title_link": "https://ci/7",
        "text": "3 tests failed &amp; 1 was slow",
        "fields": [{"title": "Branch", "value": "main"}, {"title": "", "value": "by <@U7>"}],
        "footer": "CI",
    }
    words = "From CI:\nbuilder\nBuild 7 (https://ci/7)\n3 tests failed & 1 was slow\nBranch: main\nby @U7\nCI"

    assert _read_app(text="", attachments=[attachment]) == words
    assert _read_app(text="From CI:", attachments=[attachment]) == words
    assert _read_app(attachments=[{"fallback": "by <@U7>"}]) == "by @U7"
    assert _read_app(
        text="3 tests failed &amp; 1 was slow", attachments=[{"fallback": "3 tests failed &amp; 1 was slow"}]
    ) == ("3 tests failed & 1 was slow")


def test_a_pasted_table_is_part_of_the_text() -> None:
    rows = [[{"type": "raw_text", "text": cell} for cell in row] for row in (["Item", "Price"], ["Tea", "3"])]
    pasted = {"fallback": "[no preview available]", "blocks": [{"type": "table", "rows": rows}]}
    table = "| Item | Price |\n| --- | --- |\n| Tea | 3 |"

    assert _read_text(text="", attachments=[pasted]) == table
    assert _read_text(text="sum?", blocks=[_rich(_text("sum?"))], attachments=[pasted]) == f"sum?\n{table}"
    assert _read_text(text="", attachments=[{"fallback": "[no preview available]"}]) == ""


def test_a_link_preview_is_part_of_the_text() -> None:
    preview = {"from_url": "https://x.y", "title": "X", "text": "About X", "fallback": "X"}

    assert (
        _read_text(text="<https://x.y>", attachments=[preview]) == "https://x.y\n[preview of https://x.y]\nX\nAbout X"
    )


_SHARED: _Json = {
    "is_share": True,
    "author_name": "Bob: the elder",
    "author_id": "U8",
    "text": "The launch moved to 14 May.",
    "fallback": "[May 1st] bob: The launch moved to 14 May.",
    "files": [{"id": "F1", "name": "plan.pdf", "mimetype": "application/pdf"}],
    "footer": "Posted in #general",
}


def test_a_forward_has_its_author_and_files() -> None:
    read = read_message({"user": "U1", "text": "", "attachments": [_SHARED]}, "UBOT")

    assert read.text == ""
    assert read.forwarded_text == "Forwarded from Bob the elder:\nThe launch moved to 14 May."
    assert read.forwarded_files == (Attachment("document", "F1", "plan.pdf", "application/pdf"),)
    assert read.files == ()
    assert read.command_input == "The launch moved to 14 May."


def test_a_forwarded_alert_is_read_from_its_attachments() -> None:
    alert = {"is_share": True, "author_name": "Pager", "text": "", "fallback": "[May 1st] Pager:"}
    said = read_message({"user": "U1", "attachments": [alert | {"attachments": [{"title": "#1 down"}]}]}, "UBOT")
    file = read_message({"user": "U1", "attachments": [alert | {"files": [{"id": "F1"}]}]}, "UBOT")

    assert said.forwarded_text == "Forwarded from Pager:\n#1 down"
    assert (file.forwarded_text, len(file.forwarded_files)) == ("", 1)


def test_a_footer_is_plain_text_or_mrkdwn() -> None:
    assert _read_app(attachments=[{"title": "#12", "footer": "<https://g/o/r|o/r>"}]) == "#12\no/r (https://g/o/r)"
    assert (
        _read_app(attachments=[{"title": "#12", "author_name": "A &amp; B", "footer": "R & D < 3"}])
        == "A & B\n#12\nR & D < 3"
    )


def test_a_comment_and_its_forward_are_separate() -> None:
    read = read_message({"user": "U1", "text": "<@UBOT> why?", "attachments": [_SHARED]}, "UBOT")

    assert (read.text, read.mentions_bot) == ("why?", True)
    assert read.full_text == "why?\n\nForwarded from Bob the elder:\nThe launch moved to 14 May."


def test_blocks_and_nested_forwards_of_a_forward_are_read_without_their_mentions() -> None:
    inner = {"is_share": True, "author_id": "U9", "text": "first <@UBOT>"}
    blocks = [{"team": "T1", "channel": "C1", "ts": "1.0", "message": {"blocks": [_SECTION]}}]
    shared = {
        "is_msg_unfurl": True,
        "author_name": "CI",
        "text": "CPU…",
        "message_blocks": blocks,
        "attachments": [inner],
    }
    read = read_message({"user": "U1", "text": "", "attachments": [shared]}, "UBOT")

    assert not read.mentions_bot
    assert read.named == ("@U9",)
    assert read.forwarded_text == "Forwarded from CI:\n*CPU* > 90% on web-1 (https://x.y)\n\nForwarded from @U9:\nfirst"


def test_the_bot_s_answer_is_read_without_reasoning_and_buttons() -> None:
    body = RenderedPage.render("I think. It is **four**.", 9, final=True)
    best = page_variants(body, [Button("Again", "retry", "1")])[0]

    assert best.blocks[0]["type"] == "task_card"
    assert _read_own(text=best.text, blocks=list(best.blocks)) == "It is **four**."
    assert _read_own(text="It is…", blocks=[_EVERY_ELEMENT]) == _IN_WORDS


def test_a_message_of_reasoning_alone_has_no_text() -> None:
    best, second, *_ = page_variants(RenderedPage.render("I think.", 8, final=True), [Button("Again", "retry", "1")])

    for look in (best, second):
        assert _read_own(text=look.text, blocks=list(look.blocks)) == ""


def test_buttons_below_a_recording_are_read_as_its_text() -> None:
    assert _read_own(text="Hello", blocks=[{"type": "actions", "elements": []}]) == "Hello"


@given(st.text())
def test_word_joiners_are_not_quoted(text: str) -> None:
    shown = render_markdown(text, final=True)

    read = _read_own(blocks=[{"type": "markdown", "text": shown}])

    assert re.sub(r"[\\<>]", "", read).strip() == re.sub(r"[\\<>]", "", text.replace("<\u2060", "<")).strip()


def test_deleted_files_are_left_out() -> None:
    files = [{"id": "F1", "mode": "tombstone"}, {"id": "F2", "mimetype": "image/png"}, {"name": "no id"}]

    assert read_message({"files": files}, "UBOT").files == (Attachment("image", "F2", mime="image/png"),)


_MALFORMED: list[_Json] = [
    {},
    {"blocks": None},
    {
        "blocks": [
            None,
            {"type": "markdown"},
            {"type": "table", "rows": [None, [None, 7]]},
            {"type": "section", "text": "x"},
        ]
    },
    {"text": 7, "blocks": "x"},
    {"blocks": [{"type": [7], "elements": [{"type": {}}]}]},
    {"attachments": [7, {}, {"is_share": True, "message_blocks": [{"message": 7}]}]},
]


@pytest.mark.parametrize("message", _MALFORMED)
def test_malformed_messages_do_not_raise(message: _Json) -> None:
    read = read_message(message, "U")

    assert (read.text, read.forwarded_text, read.files) == ("", "", ())


def _section(elements: list[_Json]) -> _Json:
    return {"type": "rich_text_section", "elements": elements}


def _bullets(items: list[_Json]) -> _Json:
    return {"type": "rich_text_list", "style": "bullet", "elements": items}


def _quote(elements: list[_Json]) -> _Json:
    return {"type": "rich_text_quote", "elements": elements}


def _code_block(text: str) -> _Json:
    return {"type": "rich_text_preformatted", "elements": [_text(text)]}


def _block(kind: str, elements: list[_Json]) -> _Json:
    return {"type": kind, "elements": elements}


def _titled(kind: str, text: _Json) -> _Json:
    return {"type": kind, "title": text, "text": text, "elements": [{"type": "new", "text": text}]}


def _markdown(text: str) -> _Json:
    return {"type": "markdown", "text": text}


_words = st.text("abc <>&|`*_~:@#\n…", min_size=1, max_size=12)
_leaves: st.SearchStrategy[_Json] = st.one_of(
    st.builds(_text, _words),
    st.builds(_text, _words, code=st.just(value=True)),
    st.builds(_link, st.just("https://x.y"), _words),
    st.sampled_from(
        [
            {"type": "emoji", "name": "tada"},
            {"type": "user", "user_id": "U1"},
            {"type": "channel", "channel_id": "C1"},
        ]
    ),
)
_sections = st.builds(_section, st.lists(_leaves, max_size=4))
_parts: st.SearchStrategy[_Json] = st.one_of(
    _sections,
    st.builds(_bullets, st.lists(_sections, max_size=3)),
    st.builds(_quote, st.lists(_leaves, max_size=3)),
    st.builds(_code_block, _words),
)
_texts: st.SearchStrategy[_Json] = st.one_of(st.builds(_plain, _words), st.builds(_mrkdwn, _words))
_blocks: st.SearchStrategy[_Json] = st.one_of(
    st.builds(_block, st.just("rich_text"), st.lists(_parts, max_size=3)),
    st.builds(_block, st.just("context"), st.lists(_texts, max_size=3)),
    st.builds(_titled, st.sampled_from(["section", "unheard_of"]), _texts),
    st.builds(_markdown, _words),
)


def _visible(node: Any) -> list[str]:  # noqa: ANN401 - any JSON
    """Return the letters of every text in blocks."""
    if isinstance(node, list):
        return [text for entry in cast("list[Any]", node) for text in _visible(entry)]
    if not isinstance(node, dict):
        return []
    return [
        text
        for key, value in cast("_Json", node).items()
        for text in ([value] if key == "text" and isinstance(value, str) else _visible(value))
    ]


@given(st.lists(_blocks, max_size=4))
def test_all_text_of_any_block_is_read(blocks: list[_Json]) -> None:
    said = "".join(filter(str.isalnum, _read_app(blocks=blocks)))

    for text in _visible(blocks):
        if not any(sign in text for sign in "<|&"):  # in mrkdwn these are marks and may hide the text between them
            assert "".join(filter(str.isalnum, text)) in said


@given(st.lists(_blocks, max_size=4), _words)
def test_reading_any_rich_text_never_raises_and_repeats_nothing(blocks: list[_Json], text: str) -> None:
    doubled = {"user": "U1", "text": text, "attachments": [{"text": text, "fallback": text, "blocks": blocks}]}
    read = read_message({"user": "U1", "text": text, "blocks": blocks}, "UBOT")

    assert isinstance(read, MessageText)
    assert read_message(doubled, "UBOT").files == ()


def test_the_label_of_an_input_and_the_number_of_hidden_files_are_read() -> None:
    form = {"type": "input", "label": _plain("Which city?"), "element": {"type": "plain_text_input"}}
    hidden = [{"id": "F1", "mode": "hidden_by_limit"}, {"id": "F2", "mode": "hidden_by_limit"}]

    assert _read_app(blocks=[form]) == "Which city?"
    assert _read_text(text="see", files=hidden) == "see\n[2 older files, hidden by the plan of the workspace]"
