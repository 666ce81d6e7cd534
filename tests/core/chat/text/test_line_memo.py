# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""The lines of a growing text are rewritten once each."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from core.chat.text.emphasis_repair import fix_cjk_emphasis, stable_prefix
from core.chat.text.line_memo import LineMemo
from core.chat.text.protect_literals import protect_literals

PIECES = (
    *("\n", "\n\n", "*", "**", "_", "__", "~~", "`", "```\n", "$", "\\(", "<", "https://", "[", "](", "&", "|"),
    *("2*3", "a", " ", "**注意：**请", "- ", "    ", "<sub>2</sub>", "---"),
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=2), max_size=20))
@example(["2*3", "\n", "`", "2*3", "\n", "2*3", "\n", "`"])
@example(["**注意：**请", "\n", "```\n", "**注意：**请", "\n"])
def test_what_is_remembered_of_earlier_states_changes_nothing(pieces: list[str]) -> None:
    memo, text = LineMemo(), ""
    for piece in pieces:
        text += piece
        begun = stable_prefix(text, memo)
        fixed = fix_cjk_emphasis(text, memo)

        assert begun == stable_prefix(text)
        assert protect_literals(begun, strict=True, final=False, memo=memo) == protect_literals(
            begun, strict=True, final=False
        )
        assert fixed == fix_cjk_emphasis(text)
        for strict in (True, False):
            assert protect_literals(fixed, strict=strict, memo=memo) == protect_literals(fixed, strict=strict)


def test_a_line_is_rewritten_once() -> None:
    read: list[str] = []

    def rewrite(line: str) -> tuple[str, bool]:
        read.append(line)
        return line.upper(), False

    memo = LineMemo()

    assert [memo.rewrite(rewrite, line)[0] for line in ("a", "b", "a")] == ["A", "B", "A"]
    assert read == ["a", "b"]
