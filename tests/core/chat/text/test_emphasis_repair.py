# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Marks of Markdown in Chinese text, mended so that strict parsers see them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyromark import Markdown, Options

from core.chat.text.emphasis_repair import fix_cjk_emphasis, stable_prefix

PIECES = [
    *(
        "*",
        "**",
        "***",
        "~~",
        "~",
        "`",
        "``",
        "```",
        "```\n",
        "~~~",
        "\\",
        "\\(",
        "\\)",
        "$",
        "$$",
        "[",
        "](",
        "](x)",
        ")",
    ),
    *("（", "）", "“", "”", "：", "。", "，", ":", "(", "!", "%", "—", "<b>", "<", "#", "##", "- ", "1. ", "> ", "|"),
    *("注意", "请", "a", "B2", "5", " ", "\n", "\n\n", "🎉", "**注意：**请", "**a**", "这是**（必看）**的", "$x$"),
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)
MARKS = re.compile(r"[*~ ]")


def shown(text: str) -> str:
    """What a strict parser makes of it."""
    return Markdown(options=Options.ENABLE_STRIKETHROUGH).html(text)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("**注意：**请先备份", "**注意**：请先备份"),
        ("1. **步骤一：**安装依赖", "1. **步骤一**：安装依赖"),
        ("- 甲\n    - **步骤：**安装", "- 甲\n    - **步骤**：安装"),
        ("**语言：**Python", "**语言**：Python"),
        ("**真的！？**是", "**真的**！？是"),
        ("**Note:**请", "**Note**:请"),
        ("***重点：***请", "***重点***：请"),
        ("~~作废。~~新的", "~~作废~~。新的"),
        ("*叹了口气。*你", "*叹了口气*。你"),
        ("**“引号”**后", "“**引号**”后"),
        ("这是**（必看）**的", "这是（**必看**）的"),
        ("Python**（推荐）**的", "Python（**推荐**）的"),
        ("**(x)**的", "(**x**)的"),
        ("是**（必看）！**的", "是（**必看**）！的"),
        ("**他说“好”。**后来", "**他说“好”**。后来"),
        ("**《红楼梦》第一回：**讲", "**《红楼梦》第一回**：讲"),
        ("**（a）和（b）**的", "**（a）和（b）** 的"),
        ("这是**重点（必看）**的", "这是**重点（必看）** 的"),
        ("增长**50%**的", "增长**50%** 的"),
        ("用**C++**写", "用**C++** 写"),
        ("使用**`pip`**安装", "使用 **`pip`** 安装"),
        ("看**[文档](http://e.org/a)**了解", "看 **[文档](http://e.org/a)** 了解"),
        ("是**🎉庆祝**吧", "是 **🎉庆祝**吧"),
        ("**注意：**请先**备份：**再**升级**。", "**注意**：请先**备份**：再**升级**。"),
        ("**甲~~乙。~~丙：**丁", "**甲~~乙~~。丙**：丁"),
        ("`**a：**b` **丙：**丁", "`**a：**b` **丙**：丁"),
        ("```\n**a：**b\n```\n**丙：**丁", "```\n**a：**b\n```\n**丙**：丁"),
        ("###标题", "### 标题"),
        ("##1. 标题", "## 1. 标题"),
        ("###**标题**", "### **标题**"),
    ],
)
def test_emphasis_works_where_a_strict_parser_saw_none(text: str, mend: str) -> None:
    assert fix_cjk_emphasis(text) == mend
    assert "`" in text or not re.search("[*~#]", shown(mend))


@pytest.mark.parametrize(
    "text",
    [
        "这是**重点**内容，**很好**。",
        "**1. 标题**：内容",
        "**注意：** 请",
        "**注意**：请",
        "*a* **b** ~~c~~ ***d***",
        "2**3 和 5 * 3，**2",
        "f(**kw)的 g(**kw)",
        "单价*数量，*注意，*请",
        "长*(宽+高)*深，总价*（1+税率）*数量",
        "*必填，*选填",
        "**未闭合：请",
        "**注意：\n请：**看",
        "** 注意：**请",
        "**：**请",
        "**Note:**please",
        "`**a：**b`",
        "`a\n**a：**b` 和",
        "```py\n**a：**b\n```",
        "~~~\n**a：**b",
        "- ```\n  **a：**b\n\n  **a：**b\n  ```",
        "$**a：**b$ \\(**a：**b\\) $$**a：**b$$",
        "$$\n**a：**b\n$$",
        "\\[\n**a：**b\n\\]",
        "[t](http://e.org/**a：**b)",
        "<a title='**a：**b'>",
        "\\**注意：\\**请",
        "****",
        "***",
        "# 标题 #标签 #标签",
        "#标签",
        "##__x__ ##x",
    ],
)
def test_correct_or_literal_marks_are_unchanged(text: str) -> None:
    assert fix_cjk_emphasis(text) == text


@given(texts)
def test_only_marks_and_blanks_are_changed(text: str) -> None:
    mend = fix_cjk_emphasis(text)

    assert MARKS.sub("", mend) == MARKS.sub("", text)
    assert sorted(mend.replace(" ", "")) == sorted(text.replace(" ", ""))
    assert len(mend) >= len(text)


@given(texts)
def test_a_second_repair_changes_nothing(text: str) -> None:
    assert fix_cjk_emphasis(fix_cjk_emphasis(text)) == fix_cjk_emphasis(text)


@given(st.text(alphabet="ab1 *~`_()[]$<>.:\n", max_size=60))
def test_a_text_without_chinese_is_unchanged(text: str) -> None:
    assert fix_cjk_emphasis(text) == text


@given(st.lists(st.sampled_from(("#", "##", "1", "**", "*", "`", "\n", " ", "a", "~~", "$", "```\n")), max_size=25))
@example(["##", "1"])
def test_a_text_without_chinese_is_fixed_as_beside_chinese(pieces: list[str]) -> None:
    text, chinese = "".join(pieces), "\n\n中"
    assert fix_cjk_emphasis(text) == fix_cjk_emphasis(text + chinese).removesuffix(chinese)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=25))
@example(["$**注", "：**请$", "5"])
@example(["`a ``", " **注：**请", "`"])
@example(["*[**", "$$5*$$"])
@example(["**注$x：**请", "a" * 300, "\n"])
def test_a_stable_prefix_never_changes(pieces: list[str]) -> None:
    text, before = "", ""
    for piece in pieces:
        for character in piece:
            text += character
            step = stable_prefix(text)

            assert step.startswith(before)
            assert fix_cjk_emphasis(text).startswith(step)

            before = step


def test_only_text_that_a_repair_may_change_is_held_back() -> None:
    assert stable_prefix("先看 **注意：**请") == "先看 **注意**：请"
    assert stable_prefix("先看 **注意：**") == "先看 "
    assert stable_prefix("先看 **注意") == "先看 "
    assert stable_prefix("花了 $5 **买：**了 $x **注") == "花了 $5 **买**：了 $x "
    assert stable_prefix("**" + "注" * 300) == "**" + "注" * 300
    assert stable_prefix("先看 **注意\n请") == "先看 **注意\n请"
    assert stable_prefix("5 * 3 = 2**3") == "5 * 3 = 2**3"


@pytest.mark.parametrize(
    "piece",
    [
        "*",
        "**",
        "**注：**请",
        "** a",
        "**a ",
        "~~a",
        "`",
        "` ``",
        "](",
        "](u(",
        "$",
        "$a",
        "<a",
        "\\(",
        "（**）",
        "*a**b~~c",
    ],
)
def test_a_long_line_of_marks_is_read_in_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))

    assert MARKS.sub("", fix_cjk_emphasis(text)) == MARKS.sub("", text)
    assert fix_cjk_emphasis(text).startswith(stable_prefix(text))
