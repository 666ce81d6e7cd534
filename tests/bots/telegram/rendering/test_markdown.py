# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Markdown becomes a text with entities; no word of it is ever lost."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.sandbox.telegram.text.text_with_entities import Formatted, stored
from bots.telegram.capabilities import CAPABILITIES
from bots.telegram.rendering.markdown import FormattedSpan, RenderedText, clip_caption, render, render_plain
from bots.telegram.rendering.reasoning_quote import MAX_ENTITIES_BELOW, add_fold
from core.chat.text.close_marks_while_growing import close_open_marks

WORD = re.compile(r"[^\W_]+")
MENTION = re.compile(r"(?<!\w)@[a-zA-Z0-9_]{4,32}(?!\w)")
PRECIOUS = [
    *(
        "w_12",
        "2*3*4",
        "x**2",
        "y**n",
        "<b>",
        "</b>",
        "List<String>",
        "$5",
        "$x$",
        "a_b_c",
        "#1",
        "1.",
        "2)",
        "12.",
        "5",
    ),
    *(
        ">",
        "|",
        "~",
        "~5",
        "~~",
        "\\",
        "\\\\",
        "\\(x\\)",
        "C:\\dir",
        "a|b",
        "__init__",
        "snake_",
        "*",
        "**",
        "_",
        "&amp",
    ),
    *(
        "&",
        "[1]",
        "[x]:",
        "(a)",
        "f(*a,",
        "**kw)",
        "!",
        "`",
        "~/x",
        "@name",
        "@some_body",
        "#tag",
        "http://e.org/a_b_c",
        "<t@x.y>",
    ),
    *(
        "🙂",
        "👩‍👩‍👧",
        "你好",
        "世界。",
        "שלום",
        "مرحبا",
        "naïve",
        "-1",
        "+1",
        "--",
        "…",
        "10:30",
        "3.14",
        "%",
        "^2",
        "||",
    ),
]
MARKS = {"~~", "~", "*", "**", "_", "`", ">", "snake_", "**kw)", "f(*a,", "__init__"}
UNMARKED = [word for word in PRECIOUS if word not in MARKS]
MARKUP = [
    *("# ", "## ", "- ", "* ", "> ", "1. ", "```\n", "```py\n", "\n```\n", "`", "``", "**", "*", "_", "__", "~~", "||"),
    *("[a](http://e.org)", "![b](http://e.org/i)", "[c](", "](x)", "| a | b |\n|---|---|\n| 1 | 2 |\n", "\n", "\n\n"),
    *("@victim", "@", "vic_tim", "`@victim`"),
    *("**注意：**请", "（", "###标"),
    *(" ", "    ", "---\n", "\\*", "<i>", "<!-- x", "word", "длинное", "слово", "🙂", "中文", "\t", "\r\n", "\ud800"),
]
markdown = st.lists(st.sampled_from(MARKUP) | st.text(max_size=6), max_size=40).map("".join)


def seen(rendered: RenderedText, span: FormattedSpan) -> str:
    units = rendered.text.encode("utf-16-le")
    return units[span.offset * 2 : (span.offset + span.length) * 2].decode("utf-16-le")


def dressed(source: str) -> list[tuple[str, str]]:
    rendered = render(source)
    return [(span.kind, seen(rendered, span)) for span in rendered.spans]


def called(rendered: RenderedText) -> list[str]:
    """Whom Telegram would notify: every `@name` outside of code and web addresses."""
    code = [span for span in rendered.spans if span.kind in {"code", "pre"}]
    found = [(units(rendered.text[: name.start()]), name[0]) for name in MENTION.finditer(rendered.text)]
    return [name for at, name in found if not any(span.offset <= at < span.offset + span.length for span in code)]


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


LISTED = "so [1], so [1][2]\n\n[1]: http://e.org\n[2]: http://e.org"


@pytest.mark.parametrize(
    ("source", "text", "spans"),
    [
        ("plain", "plain", []),
        ("a > b ~ c * d _ e `", "a > b ~ c * d _ e `", []),
        ("**a** b", "a b", [("bold", "a")]),
        ("*a* _b_", "a b", [("italic", "a"), ("italic", "b")]),
        ("~~a~~ ~b~", "a ~b~", [("strikethrough", "a")]),
        ("***a***", "a", [("bold", "a"), ("italic", "a")]),
        ("这是**重点**内容", "这是重点内容", [("bold", "重点")]),
        ("**注意：**请", "注意：请", [("bold", "注意")]),
        ("1. **步骤：**用**`pip`**", "1. 步骤：用 pip", [("bold", "步骤"), ("code", "pip")]),
        ("这是~~（旧）~~的", "这是（旧）的", [("strikethrough", "旧")]),
        ("###标题", "标题", [("bold", "标题")]),
        ("**API**s **API**'s", "APIs API's", [("bold", "API"), ("bold", "API")]),
        ("**API key**s, **k**eyword **a b**c", "API keys, keyword **a b**c", [("bold", "API key"), ("bold", "k")]),
        ("# A *b* **c**", "A b c", [("bold", "A b c"), ("italic", "b")]),
        ("- a\n- b\n  - c\n* d", "• a\n• b\n  • c\n• d", []),
        ("5. a\n7. b", "5. a\n7. b", []),
        ("- [x] a\n- [ ] b\n- [ ]c", "☑ a\n☐ b\n• [ ]c", []),
        ("a `b<c>` d", "a b<c> d", [("code", "b<c>")]),
        ("**a `b` c**", "a b c", [("bold", "a"), ("code", "b"), ("bold", "c")]),
        ("[t](http://e.org/x)", "t", [("text_link", "t")]),
        ("[`t`](http://e.org/x)", "t", [("text_link", "t")]),
        ("![alt](https://e.org/i.png)", "alt", [("text_link", "alt")]),
        ("[![a](http://e.org/i)](http://e.org) ![](http://e.org/i)", "a http://e.org/i", [("text_link", "a")]),
        ("[t](javascript:x) [](http://e.org)", "t (javascript:x) http://e.org", []),
        ("[t](tg://user?id=1)", "t (tg://user?id=1)", []),
        ("[us](mailto:a@b.de) [a@b.de](mailto:a@b.de)", "us (a@b.de) a@b.de", []),
        ("[app.py](src/app.py) handlers[name](event)", "app.py (src/app.py) handlers[name](event)", []),
        ("[http://localhost](http://localhost)", "http://localhost", []),
        ("[t][1]\n\n[1]: http://e.org", "t\n\n[1]: http://e.org", [("text_link", "t")]),
        ("[t] [u][]\n\n[t]: http://e.org\n[u]: x", "t [u][]\n\n[t]: http://e.org\n[u]: x", [("text_link", "t")]),
        ("so [1], so [1][2]\n\n[1]: http://e.org\n[2]: http://e.org", *[LISTED, [("text_link", "[1]")]]),
        ("a\n```py\nx = 1\n\ny\n```\nb", "a\nx = 1\n\ny\nb", [("pre", "x = 1\n\ny")]),
        ("a\n```py\nx = 1", "a\nx = 1", [("pre", "x = 1")]),
        ("- ```\n  x\n    y\n  ```", "• x\n  y", [("pre", "x\n  y")]),
        ("\\\\# x", "\\\\# x", []),
        (
            "It was ||the **butler**||. a || b",
            "It was the butler. a || b",
            [("spoiler", "the butler"), ("bold", "butler")],
        ),
        ("凶手是||管家||吗 (||x||)", "凶手是管家吗 (x)", [("spoiler", "管家"), ("spoiler", "x")]),
        (
            "- ||a\n- b|| x||y|| || z || |||a||| `||b||`",
            "• ||a\n• b|| x||y|| || z || |||a||| ||b||",
            [("code", "||b||")],
        ),
        ("**a ||b** c||", "a ||b c||", [("bold", "a ||b")]),
        ("![👍](tg://emoji?id=536) ![a](tg://emoji?id=x)", "👍 a (tg://emoji?id=x)", [("custom_emoji", "👍")]),
        ("x~2~ and ==mark==, H~2~O", "x~2~ and ==mark==, H~2~O", []),
        ("> a\n> b\n\nc", "a\nb\n\nc", [("blockquote", "a\nb")]),
        ("> a\n> > b", "a\nb", [("blockquote", "a\nb")]),
        ("> a\n> ```\n> > x\n> y\n> ```", "a\n> x\ny", [("blockquote", "a"), ("pre", "> x\ny")]),
        ("|a|b|\n|-|-|\n|`1`|**2**|", "a │ b\n1 │ 2", [("pre", "a │ b\n1 │ 2")]),
        ("\\*a\\* \\# \\(x\\)", "*a* # \\(x\\)", []),
        ("a\n---\nb\n***\nc\n---", "a\n\n———\nb\n———\nc\n\n---", []),
        ("a\n----\nb", "a\n----\nb", []),
        ("a<br>b<br/>\nc `<br>`\n<br>\nd", "a\nb\nc <br>\n\nd", [("code", "<br>")]),
        (
            "5 &gt; 3 &amp;&amp; 2 &lt; 4&nbsp;&mdash; `&lt;` AT&T;",
            "5 > 3 && 2 < 4\xa0— &lt; AT&T;",
            [("code", "&lt;")],
        ),
        ("&#64;some_body &#42;a&#42;", "@\u2060some_body *a*", []),
        ("C:\\a\\*.txt, \\\\h\\s\\_x_, **D:\\a_b**", "C:\\a\\*.txt, \\\\h\\s\\_x_, D:\\a_b", [("bold", "D:\\a_b")]),
        ("costs \\$5, not \\$1,000 `\\$x`", "costs $5, not $1,000 \\$x", [("code", "\\$x")]),
        ("    four", "four", []),
        ("x <think>y</think>", "x <think>y</think>", []),
        ("<details>\n<summary>s</summary>\n**t**", "s\nt", [("bold", "s"), ("bold", "t")]),
        ("*pre*fix, un*be*liev", "prefix, un*be*liev", [("italic", "pre")]),
        ("**\\$1,000** 价**\\$5**元", "$1,000 价 $5元", [("bold", "$1,000"), ("bold", "$5")]),
        ("H<sub>2</sub>O **x<sup>2</sup>** <kbd>C</kbd>", "H₂O x² C", [("bold", "x²"), ("code", "C")]),
        ("<details>", "<details>", []),
        ("a\\\nb\\", "a\nb\\", []),
        ("  \n a \n ", "a", []),
        ("```\n```", "```\n```", []),
        ("****", "****", []),
    ],
)
def test_each_mark_becomes_its_entity(source: str, text: str, spans: list[tuple[str, str]]) -> None:
    assert render(source).text == text
    assert dressed(source) == spans


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/api/_v1_/users and https://example.com/~~ann~~/`x`",
        "COUNT(*) of COUNT(*)",
        "src/*.py and tests/*.py",
        r"$\mathbf{A}_{1} + \mathbf{B}_{2}$",
        "__init__.py and __main__.py",
        "2*3*4, x**2 + y**2, a_b_c",
        "int *p, *q; int* r",
        "$5*2 and $10*3",
        "http://localhost/_a_b_/c",
    ],
)
def test_content_that_looks_like_marks_is_shown_unchanged(text: str) -> None:
    assert render(text) == RenderedText(text)


@pytest.mark.parametrize(
    ("source", "bold"),
    [
        ("คำ**หนา**คำ", "หนา"),
        ("ຄຳ**ໜາ**ຄຳ", "ໜາ"),
        ("ពាក្យ**ដិត**ពាក្យ", "ដិត"),
        ("စာ**ထူ**စာ", "ထူ"),
        ("ה**מודל**ים", "מודל"),
        ("ال**كلمة**ات", "كلمة"),
        ("**ملاحظة:**النص", "ملاحظة"),
        ("__bold__ x", "bold"),
    ],
)
def test_bold_may_touch_letters_of_scripts_without_blanks(source: str, bold: str) -> None:
    assert dressed(source) == [("bold", bold)]


@pytest.mark.parametrize(
    ("growing", "text", "hidden"),
    [
        ("so ||", "so", []),
        ("so ||the but", "so the but", ["the but"]),
        ("a || b", "a || b", []),
        ("a ||b\n\nc", "a ||b\n\nc", []),
    ],
)
def test_a_spoiler_is_hidden_before_it_ends(growing: str, text: str, hidden: list[str]) -> None:
    rendered = render(growing, growing=True)

    assert rendered.text == text
    assert [seen(rendered, span) for span in rendered.spans if span.kind == "spoiler"] == hidden


def test_code_keeps_the_indentation_of_its_first_line() -> None:
    rendered = render("```py\n    return 1\n  x\n```\nend")

    assert rendered == RenderedText("    return 1\n  x\nend", (FormattedSpan("pre", 0, 16, language="py"),))
    assert render("a\n```\n\n\tx\n```").text == "a\n\n    x"  # of a tab Telegram would make one blank


@pytest.mark.parametrize("text", ["Contact @me", "npm i @types/node", "a List<@Nullable String>", "a@victim.de"])
def test_text_that_mentions_nobody_is_unchanged(text: str) -> None:
    assert render(text).text == text
    assert not called(render(text))
    assert render("ask @victim_user", defuse=False) == RenderedText("ask @victim_user")


@pytest.mark.parametrize(
    ("table", "text", "kinds"),
    [
        (
            "| 名称 | Price |\n|:--|--:|\n| 苹果 🍎 | 5 |\n| pear | 12 |",
            "名称    │ Price\n苹果 🍎 │     5\npear    │    12",
            ["pre"],
        ),
        ("|Item|Qty|\n|:-:|:--:|\n|a|10|\n|abc|5|", "Item │ Qty\n a   │ 10\nabc  │  5", ["pre"]),
        ("| a | b |\n|---|---|\n| x<br>y | z |", "a │ b\nx │ z\ny │", ["pre"]),
        (
            "| a &gt; b | __c__ |\n|---|---|\n| `d` **e** | [us](mailto:a@b.de) |",
            "a > b │ c\nd e   │ us (a@b.de)",
            ["pre"],
        ),
        ("| Op | Use |\n|---|---|\n| `a || b` | x \\| y |", "Op     │ Use\na || b │ x | y", ["pre"]),
        ("Op | Use\n-|-\n``a`|b`` | or", "Op   │ Use\na`|b │ or", ["pre"]),
        ("| A | B |\n|:-|-:|\n| 1 | 2 | 3 |\n| `x | 5", "A  │     B\n1  │ 2 | 3\n`x │     5", ["pre"]),
        (
            "| Feature | What it does for you |\n|---|---|\n| Search | Finds what was said long ago |\n| Voice | |",
            "• Search\n  What it does for you: Finds what was said long ago\n• Voice",
            [],
        ),
    ],
)
def test_a_table_is_narrow_columns_or_a_list(table: str, text: str, kinds: list[str]) -> None:
    rendered = render(f"See:\n\n{table}\n\nend")

    assert rendered.text == f"See:\n\n{text}\n\nend"
    assert [span.kind for span in rendered.spans] == kinds


def test_a_line_below_a_table_is_not_a_row() -> None:
    rendered = render("| a | b |\n|---|---|\n| 1 | 2 |\nSo it **is**.")

    assert rendered.text == "a │ b\n1 │ 2\n\nSo it is."
    assert [(span.kind, seen(rendered, span)) for span in rendered.spans] == [
        ("pre", "a │ b\n1 │ 2"),
        ("bold", "is"),
    ]


@pytest.mark.parametrize(
    ("source", "links"),
    [
        ("https://example.com/docs。谢谢", ["https://example.com/docs"]),
        ("（https://e.org/a），**https://e.org/b**：https://e.org", ["https://e.org/a", "https://e.org/b"]),
        ("https://e.org/a, (https://e.org/b)", []),
        ("http://localhost/a。谢谢", []),
    ],
)
def test_an_address_is_an_explicit_link_where_telegram_would_misread_its_end(source: str, links: list[str]) -> None:
    rendered = render(source)

    assert [span.url for span in rendered.spans if span.kind == "text_link"] == links
    assert [seen(rendered, span) for span in rendered.spans if span.kind == "text_link"] == links


def test_a_page_full_of_tables_fits_into_a_message() -> None:
    row = "|a|" + "b" * 30 + "|\n"
    table = (row + "|-|-|\n" + "|1|2|\n" * 2000)[: CAPABILITIES.page_limit]

    assert units(render(table).text) <= 4096


def test_code_keeps_its_language_and_a_link_its_address() -> None:
    code, link = render("```c++ title\nx\n```\n[t](http://e.org/a_(b))").spans

    assert code == FormattedSpan("pre", 0, 1, language="c++")
    assert link.url == "http://e.org/a_(b)"


def test_spans_count_utf_16_units() -> None:
    assert render("🙂 **a** 👩‍👩‍👧 `b`").spans == (FormattedSpan("bold", 3, 1), FormattedSpan("code", 14, 1))


def test_at_most_a_hundred_entities_are_sent() -> None:
    assert len(render("**a** " * 120).spans) == 100


def test_the_plain_form_keeps_the_marks() -> None:
    assert render_plain(" **a** `b` ") == RenderedText("**a** `b`")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("ask @victim_user now", "ask @\u2060victim_user now"),
        ("@somebody, (@somebody)", "@\u2060somebody, (@\u2060somebody)"),
        ("@**victim** x", "@\u2060victim x"),
        ("**@**victim", "**@**victim"),
        ("**@victim**", "@\u2060victim"),
        ("`a` @victim `@victim`", "a @\u2060victim @victim"),
        ("```py\n@property\n```\n@victim", "@property\n@\u2060victim"),
        ("[@victim](http://e.org/@victim)", "@\u2060victim"),
        ("https://e.org/@victim/x @victim", "https://e.org/@victim/x @\u2060victim"),
        ("https://e.org/(a)@victim https://x/@victim", "https://e.org/(a)@\u2060victim https://x/@\u2060victim"),
        ("xhttps://e.org/@victim", "xhttps://e.org/@\u2060victim"),
        ("a@victim.de é@victim 你@victim", "a@victim.de é@victim 你@victim"),
        (f"@abc @{'a' * 33} @", f"@abc @{'a' * 33} @"),
        ("@abc @@somebody", "@abc @@\u2060somebody"),
    ],
)
def test_a_mention_notifies_nobody(source: str, text: str) -> None:
    assert render(source).text == text


def test_entities_keep_their_place_around_mentions() -> None:
    assert dressed("🙂 @**victim** **a @victim b** `c` @`victim` [@victim](http://e.org)") == [
        ("bold", "victim"),
        ("bold", "a @\u2060victim b"),
        ("code", "c"),
        ("code", "victim"),
        ("text_link", "@\u2060victim"),
    ]


def test_code_beyond_the_entity_limit_notifies_nobody() -> None:
    assert render("`@victim` " * 101).text.count("\u2060") == 1


def test_a_mention_in_plain_text_notifies_nobody() -> None:
    assert render_plain("`@victim` a@victim.de") == RenderedText("`@\u2060victim` a@victim.de")


def test_a_page_full_of_mentions_fits_into_a_message() -> None:
    limit = CAPABILITIES.page_limit

    assert units(render(("@abcd " * limit)[:limit]).text) <= 4096
    assert units(render_plain(("@abcd " * limit)[:limit]).text) <= 4096


@given(st.lists(st.sampled_from(UNMARKED), min_size=1).map(" ".join))
@example("1. 5 2) 12.")
def test_a_text_without_marks_changes_only_in_its_mentions(source: str) -> None:
    shown = render(source).text

    assert shown.replace("\u2060", "") == source
    assert shown.count("\u2060") == sum(word in {"@some_body", "@name"} for word in source.split(" "))


@given(st.lists(st.lists(st.sampled_from(PRECIOUS), min_size=1).map(" ".join), min_size=1).map("\n".join))
def test_rendering_keeps_all_words(source: str) -> None:
    assert WORD.findall(render(source).text) == WORD.findall(source)
    assert WORD.findall(render_plain(source).text) == WORD.findall(source)


LONG = """# Title of *it*

Some **bold**, `code`, [a link](http://example.org/a?b=c) and 2*3*4 of List<String>.

1. One
2. Two with **bold
   over lines**

- a `b` 🙂
  > quoted **text**
  > ```py
  > x = 1
  > ```

| a | **b** |
|---|---|
| `1` | 2 |

```sh
echo "*" > out
```
| Wide | Table |
|:--|--|
| https://e.org/_a_ | a<br>long long long long cell |

COUNT(*) of __init__.py, `x` and @types/node at https://e.org/x_y_z. The ~~end~~.
"""


def check(source: str) -> None:
    rendered = render(source)
    spans = [(span.offset, span.offset + span.length, span.kind) for span in rendered.spans]

    assert units(rendered.text) <= units(source) + (
        590 if re.search(r"[|\t]|---", source) else rendered.text.count("\u2060")
    )
    assert 5 * rendered.text.count("\u2060") <= units(source)
    assert units(render_plain(source).text) <= units(source) + render_plain(source).text.count("\u2060")
    assert not called(rendered)
    assert rendered.text == rendered.text.rstrip(" \t\r\n")
    assert rendered.text == rendered.text.lstrip(" \t\r\n") or (spans[0][0], spans[0][2]) == (0, "pre")
    assert bool(rendered.text) == bool(source.strip())
    assert spans == sorted(spans, key=lambda span: (span[0], -span[1]))
    for span in rendered.spans:
        assert span.length > 0
        assert span.offset + span.length <= units(rendered.text)
        assert seen(rendered, span) == seen(rendered, span).strip(" \t\r\n") or span.kind == "pre"
    for index, (_, end, kind) in enumerate(spans):
        for start, other_end, other in spans[index + 1 :]:
            assert start >= end or other_end <= end, "they overlap by halves"
            if start < end:
                assert {kind, other}.isdisjoint({"pre", "code"}), "something is inside code, or code in something"
                assert kind != other


@given(markdown)
@example("> a\n- ```\n  b\n> c")
@example("a***b***c")
@example("[**a](http://e.org) b**")
@example("**a @**vic_tim")
def test_any_markdown_renders_to_something_valid(source: str) -> None:
    check(source)


def test_every_prefix_of_an_answer_renders_to_something_valid() -> None:
    for length in range(len(LONG) + 1):
        check(LONG[:length])


def test_no_step_of_a_growing_answer_shows_a_mark_that_is_still_open() -> None:
    source = "Some **bold words**, *slanted ones*, `a b` and ~~old~~ ***both***.\n\n- **Item**: text\n- `x`"
    for end in range(len(source)):
        shown = render(close_open_marks(source[:end])).text

        assert not re.search("[*`~]", shown.rstrip("*`~")), source[:end]  # the end may be half of a mark


def test_a_fold_is_shown_above_the_answer_unchanged() -> None:
    rendered = add_fold("**I** see\n\na 🙂\n", render("It is **four**."))

    assert rendered.text == "**I** see\n\na 🙂\nIt is four."
    assert [(span.kind, seen(rendered, span)) for span in rendered.spans] == [
        ("expandable_blockquote", "**I** see\n\na 🙂"),
        ("bold", "four"),
    ]


def test_a_fold_needs_no_answer_and_an_answer_no_fold() -> None:
    assert add_fold(" \n", render("**a**")) == render("**a**")
    assert add_fold("a", render(" ")) == RenderedText("a", (FormattedSpan("expandable_blockquote", 0, 1),))


def test_the_hundredth_piece_of_code_calls_nobody_below_a_fold() -> None:
    rest = render("`a` " * 99 + "`@victim_name`", max_entities=MAX_ENTITIES_BELOW)

    assert "@\u2060victim_name" in add_fold("hm", rest).text


@pytest.mark.parametrize("name", ["@anna", "/@annabel", "@@annabel", "(@annabel)"])
def test_names_of_any_length_that_telegram_detects_call_nobody(name: str) -> None:
    stored_entities = stored(Formatted(render(f"Hi {name}!").text)).entities

    assert [entity.type for entity in stored(Formatted(f"Hi {name}!")).entities] == ["mention"]
    assert stored_entities == ()


def test_a_fold_counts_among_the_hundred_entities() -> None:
    rendered = add_fold("hm", render("**a** " * 200))

    assert len(rendered.spans) == 100
    assert rendered.spans[0].kind == "expandable_blockquote"


@pytest.mark.parametrize("source", ["<div>\n" + "##1\n" * 50, "<pre>\n" + "**（甲）**乙\n" * 50])
def test_what_is_shown_with_its_marks_does_not_grow(source: str) -> None:
    check(source)


@given(markdown, markdown)
def test_a_fold_adds_few_characters(fold: str, rest: str) -> None:
    rendered = add_fold(fold, render(rest, may_grow=False))
    joiners = rendered.text.count("\u2060")
    quotes = [span for span in rendered.spans if span.kind == "expandable_blockquote"]

    assert units(rendered.text) <= units(fold) + units(rest) + 1 + joiners
    assert len(quotes) == bool(fold.strip())
    for quote in quotes:
        assert seen(rendered, quote) == render_plain(fold).text
        assert all(span is quote or span.offset > quote.length for span in rendered.spans)


@given(markdown)
def test_a_caption_fits_however_many_mentions_it_has(source: str) -> None:
    long = render(source * 40)
    short = clip_caption(long)

    assert len(short.text) <= 1024
    assert long.text.startswith(short.text.removesuffix("…"))
    assert all(span.length > 0 and span.offset + span.length <= units(short.text) for span in short.spans)


def _count_lines(call: Callable[[], object]) -> int:
    """Count the lines of code that a call runs."""
    count = 0

    def trace(_: FrameType, event: str, __: Any) -> Any:  # noqa: ANN401 - as sys.settrace wants it
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_marks_behind_each_other_are_read_in_linear_time() -> None:
    short, long = (_count_lines(lambda marks=marks: render("**_~" * marks)) for marks in (100, 400))

    assert long < 6 * short
