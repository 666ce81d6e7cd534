# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""What is content is protected from readers of Markdown."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyromark import Markdown, Options

from core.chat.text.close_marks_while_growing import close_open_marks
from core.chat.text.emphasis_repair import fix_cjk_emphasis, stable_prefix
from core.chat.text.protect_literals import protect_literals

CONTENT = [
    "https://example.com/api/_v1_/users",
    "see https://example.com/~~ann~~/`x` and https://example.com/*a*/b.",
    "COUNT(*) of COUNT(*)",
    "src/*.py and tests/*.py",
    "src/**/*.ts and lib/**/*.js",
    "*.md, *.py and *.*",
    r"$\mathbf{A}_{1} + \mathbf{B}_{2}$",
    "$$\n\\mathbf{A}_{1} + \\mathbf{B}_{2}\n$$",
    "__init__.py and __main__.py",
    "__name__ and __add__, __tests__/a",
    "2*3*4 = 24",
    "2**3**4, x**2 + y**2",
    "(a+b)*(c+d) + (e)*(f)",
    "a_b_c, snake_case, _private, SOME_NAME_2",
    "int *p, *q; int* r; char **argv",
    "5* and 6*, 10** too",
    "$5*2 and $10*3, US$7",
    "/api/_v1_/users",
    "f(*args, **kwargs)",
    "3~5 天，7~10 天",
    ".*foo.* and .*?bar.*? in [a-z]*x[0-9]*",
    "*.py, (*.ts) and '*.js', *.example.com",
    r"C:\Users\me\*.txt, \\host\share\_x_\*. D:\a\.git and E:\_a_",
]
STRICT = [
    "List<String> and Map<K, V>",
    r"\(x\) and \[y\], a\.x",
    r"a \\ b",
    "<b> & <hr> & </div>",
    "The <details> tag <sub>",
]
PIECES = [
    *(
        "*",
        "**",
        "_",
        "__",
        "~",
        "~~",
        "`",
        "```\n",
        "\\",
        "\\(",
        "\\)",
        "$",
        "$$\n",
        "[",
        "](x)",
        "<",
        ">",
        "<br>",
        "<!",
    ),
    *(
        "https://",
        "http",
        "e.org",
        "/",
        ".",
        ",",
        ":",
        ")",
        "(",
        "{",
        "}",
        "|",
        "。",
        "，",
        " ",
        "\n",
        "\n\n",
        "    ",
        "- ",
        "\n---",
        "\n| a |\n|---|",
        "C:\\",
        "&lt",
        "&quot;",
        ";",
    ),
    *("<sub>", "</sub>", "<kbd>", "</kbd>", "<details>", "<summary>", "</summary>", "</details>"),
    *("a", "init", "B2", "5", "注", "int*", "https://e.org/_a_/b", "**注：**请", "COUNT(*)", "$x_1$", "> ", "é", "😀"),
]


def seen(markdown: str) -> str:
    """The words that a strict reader shows."""
    options = Options.ENABLE_STRIKETHROUGH | Options.ENABLE_TABLES
    return html.unescape(re.sub(r"</?[a-z][^>]*>", "", Markdown(options=options).html(markdown))).strip()


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("text", CONTENT)
def test_content_is_shown_unchanged(text: str, strict: bool) -> None:  # noqa: FBT001
    assert seen(protect_literals(text, strict=True)) == text if strict else protect_literals(text, strict=False)


@pytest.mark.parametrize("text", STRICT)
def test_strict_parsers_show_tags_and_backslashes_as_content(text: str) -> None:
    assert seen(protect_literals(text, strict=True)) == text
    assert protect_literals(text, strict=False) == text


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "**bold** *it* _it_ __bold__ ~~out~~ ***both***",
        "**S**tandard **O**perating *a*-*b*, (*c*) and “**d**”",
        "这是**重点**，*也是*的",
        "**over\nlines** and *over\nlines*",
        "`a*b*c` ``x `_` y`` \\*a\\* \\_\\_b\\_\\_",
        "```py\nx = a*b*c # __init__ https://e.org\n```",
        "    x = a*b*c https://e.org",
        "[a*b*c](http://e.org/_a_b) <https://e.org/_x_> [t][1]",
        "* a\n* b\n\n***\n\n- [ ] c",
        "**path/to/** and **Input**/**Output**",
        r"**\$1,000** and 价格 **\$5**, **\#1** *\*x\**",
        "*pre*fix",
    ],
)
def test_intended_marks_stay_marks(text: str, strict: bool) -> None:  # noqa: FBT001
    shown = protect_literals(text, strict=strict)

    assert shown.replace("a\\*b\\*c](", "a*b*c](") == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**🔗 https://example.com/nb/1**", "**🔗 <https://example.com/nb/1>**"),
        ("https://example.com/docs。谢谢", "<https://example.com/docs>。谢谢"),
        ("请访问https://example.com/docs查看", "请访问<https://example.com/docs>查看"),
        ("https://zh.wikipedia.org/wiki/北京。", "<https://zh.wikipedia.org/wiki/北京>。"),
        ("(see https://e.org/a_(b)), or https://e.org.", "(see <https://e.org/a_(b)>), or <https://e.org>."),
        ("_https://e.org/a_b_ `https://e.org`", "_<https://e.org/a_b>_ `https://e.org`"),
        ("[https://e.org/_a_/](https://e.org/_a_/)", "[https://e.org/\\_a\\_/](https://e.org/_a_/)"),
        ('"https://e.org", <https://e.org>', '"<https://e.org>", <https://e.org>'),
        ("| https://e.org/a | b |", "| <https://e.org/a> | b |"),
        ("http:// and https://?", "http:// and https://?"),
        ("https://e.org/*x*! *https://e.org/y*", "<https://e.org/*x*>! *<https://e.org/y>*"),
        ("[t]\n\n[t]: https://e.org/_a_", "[t]\n\n[t]: https://e.org/_a_"),
    ],
)
def test_an_address_ends_at_its_end(text: str, shown: str) -> None:
    assert protect_literals(text, strict=True) == shown


def test_a_line_break_in_a_cell_is_not_a_tag_to_a_strict_parser() -> None:
    assert protect_literals("| a<br>b | c<BR />d |", strict=True) == "| a · b | c · d |"
    assert protect_literals("| a<br>b |", strict=False) == "| a<br>b |"


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a<br>b<br/>\nc<BR />", "a\nb\nc"),
        ("a\n<br>\nb `<br>`", "a\n\nb `<br>`"),
        ("a\n---\nb", "a\n\n---\nb"),
        ("- a\n---\n\n---\nA\n----", "- a\n\n---\n\n---\nA\n----"),
        ("| a |\n|---|\n| 1 |\nb", "| a |\n|---|\n| 1 |\n\nb"),
        ("| a\nb\n```\na\n---\n```\n---", "| a\nb\n```\na\n---\n```\n---"),
    ],
)
def test_lines_keep_their_ends_and_paragraphs(text: str, shown: str, strict: bool) -> None:  # noqa: FBT001
    assert protect_literals(text, strict=strict) == shown


def test_entities_are_characters_but_for_those_that_slack_knows() -> None:
    assert protect_literals("&quot;a&quot;&nbsp;&#42;b&#42; `&quot;`", strict=True) == '"a"\xa0\\*b\\* `&quot;`'
    assert protect_literals("&lt;b&gt; &amp;lt; AT&T; &bogus;", strict=True) == "&lt;b&gt; &amp;lt; AT&T; &bogus;"


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=20))
@example(["https://e.org/a`b", "`", " x"])
@example(["__init", "__", ".py"])
@example(["`2*3`", "`", "*4*"])
@example(["$a_", "{1}", "$", "5"])
@example(["https://", "_", "_", "a"])
@example(["https://", "\b", "__"])
def test_the_result_for_a_growing_text_only_grows(pieces: list[str]) -> None:
    text = before = ""
    for piece in pieces:
        text += piece
        step = protect_literals(stable_prefix(text), strict=True, final=False)

        assert step.startswith(before)
        assert protect_literals(fix_cjk_emphasis(text), strict=True).startswith(step)

        before = step


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join))
def test_only_backslashes_and_brackets_are_added(text: str) -> None:
    shown = protect_literals(text, strict=False)

    added = re.compile(r"</?(?:br|sub|kbd|details|summary)>|&#92;|[\\<>\n`*_() ]")

    assert added.sub("", shown) == added.sub("", text)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("H<sub>2</sub>O, x<sup>n+1</sup>, 1<SUP>st</SUP>, | y<sub>max</sub> |", "H₂O, xⁿ⁺¹, 1ˢᵗ, | yₘₐₓ |"),
        ("V<sub>DC</sub> 2<sup>Q</sup> a<sup>®</sup> b<sup>[1]</sup>", "V_DC 2^Q a® b[1]"),
        ("x<sup>1/2</sup> and (a+b)<sub>i,j</sub>", "x^(1/2) and (a+b)_(i,j)"),
        ("<kbd>Ctrl</kbd>+<kbd>C</kbd>, <kbd>⌘</kbd><kbd>V</kbd>", "`Ctrl`+`C`, ⌘V"),
        ("`x<sup>2</sup>`\n\n    x<sup>2</sup>", "`x<sup>2</sup>`\n\n    x<sup>2</sup>"),
        (
            "a\n<details open>\n<summary><b>Why?</b></summary>\n\n```\n</details>\n```\n</details>\n\nb",
            "a\n\n**Why?**\n\n```\n</details>\n```\n\n\nb",
        ),
        ("<details><summary>S</summary>One **b**</details>\n</details>", "**S**\nOne **b**\n"),
        ("- a\n  <details>\n  <summary>S</summary>\n  c\n  </details>", "- a\n  \n  **S**\n  c\n  "),
    ],
)
def test_html_of_prose_is_written_without_tags(text: str, shown: str, strict: bool) -> None:  # noqa: FBT001
    assert protect_literals(text, strict=strict) == shown


def test_an_answer_of_nothing_but_tags_is_shown() -> None:
    assert protect_literals("<details>\n</details>", strict=True).strip() == "<details>\n</details>"


@pytest.mark.parametrize("answer", ["a <kbd>Ctrl</kbd>", "H<sub>2</sub>", "<details>\n<summary>S</summary>"])
def test_a_growing_text_shows_no_part_of_a_tag(answer: str) -> None:
    for end in range(len(answer)):
        assert "<" not in close_open_marks(answer[:end]).removesuffix("<")
        assert "<" not in protect_literals(answer[:end], strict=True, final=False)


def test_a_link_without_words_shows_its_address() -> None:
    assert (
        protect_literals("[](https://e.org/_a) [](x)", strict=True) == "[https://e.org/\\_a](https://e.org/_a) [x](x)"
    )


@pytest.mark.parametrize(
    "piece",
    [
        "<sub>",
        "<kbd>a</kbd>",
        "<details><summary>",
        "C:\\a\\*",
        "&quot;",
        "<br>",
        "a\n---\n",
        "*",
        "_a",
        "](",
        "$a",
        "<a",
        "\\(",
        "(*)",
        "https://",
        "https://e.org/a ",
        "[",
        "__a",
    ],
)
def test_a_long_line_is_read_in_linear_time(piece: str) -> None:
    text = piece * (50_000 // len(piece))

    assert protect_literals(text, strict=True).startswith(protect_literals(text, strict=True, final=False))
