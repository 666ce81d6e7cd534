# ruff: noqa: RUF001 - raised and lowered letters are meant
"""Writing the HTML that models put into Markdown without it: raised and lowered signs, keys, folded details; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .line_edits import Edit
from .markdown_tokens import Token

_MAX_PAIR_LENGTH = 40
"""Characters between two tags for which a stream is held back."""
_MAX_SUMMARY_LENGTH = 200
_MAX_GROWING_LENGTH = 100
"""Characters at the end of a growing text in which the beginning of a pair is looked for."""
_OPENING_TAG = re.compile(r"<(sub|sup|kbd)(?:\s[^<>]*)?>", re.IGNORECASE)
_RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
_LOWERED = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_NO_CODE = re.compile(r"[`*_~|\\<&$\[\]]|\A\s|\s\Z|\A\Z")
"""What a key must not hold to be shown as code."""
_DETAILS = re.compile(r"<details(?:\s[^<>]*)?>[ \t]*(?=<summary[\s>]|\Z)", re.IGNORECASE)
_GROWING_DETAILS = re.compile(r"<details(?:\s[^<>]*)?>[ \t]*(?:<[a-z]*)?\Z", re.IGNORECASE)
_SUMMARY = re.compile(
    r"<summary(?:\s[^<>]*)?>\s*(?:<(?P<tag>b|strong)>)?\s*(?P<words>[^<>]*?)\s*(?(tag)</(?P=tag)>)\s*</summary>[ \t]*",
    re.IGNORECASE,
)
_GROWING_SUMMARY = re.compile(rf"</?summary.{{0,{_MAX_SUMMARY_LENGTH}}}\Z", re.IGNORECASE)
_LONE_SUMMARY = re.compile(r"</?summary>\s*", re.IGNORECASE)
_DETAILS_END = re.compile(r"\A</details>\s*|\s*</details>\s*\Z", re.IGNORECASE)
_GROWING_TAG = re.compile(
    rf"""(?:<(?:sub|sup|kbd)(?:\s[^<>]*)?>[^<>\n]{{0,{_MAX_PAIR_LENGTH}}}(?:</?[a-z]*)?
    |(?:<details(?:\s[^<>]*)?>\s*)?<summary(?:\s[^<>]*)?>[^\n]{{0,{_MAX_PAIR_LENGTH}}}
    |<details(?:\s[^<>]*)?>\s*(?:<[a-z]*)?
    |</?[a-z]+)\Z""",
    re.IGNORECASE | re.VERBOSE,
)


def find_pair_edits(line: str, tokens: Sequence[Token]) -> dict[int, Edit]:
    """Return the edit of each tag of a pair of `<sub>`, `<sup>` or `<kbd>`, by the position of the tag.

    `x<sup>2</sup>` becomes `x²`. Signs without such a form stay as they are; in `V<sub>DC</sub>` a mark keeps them
    apart: `V_DC`. Keys become code.
    """
    return {edit.start: edit for opening, closing in _find_pairs(tokens) for edit in _edit_pair(line, opening, closing)}


def find_growing_pair(line: str, tokens: Sequence[Token]) -> int:
    """Return the position of the tag whose partner may follow, or the length of the line."""
    last = next((token for token in reversed(tokens) if token.kind == "tag"), None)
    waits = last and _OPENING_TAG.fullmatch(last.text) and len(line) - last.end <= _MAX_PAIR_LENGTH + len("</sub>")
    return last.start if last and waits else len(line)


def drop_growing_tag(text: str) -> str:
    """Return a growing text without the beginning of a tag, or of a pair of tags, at its end."""
    found = _GROWING_TAG.search(text, max(0, len(text) - _MAX_GROWING_LENGTH))
    return text[: found.start()] if found else text


class DetailsReader:
    """Reads the lines of a text in order; writes the summary of folded details in bold, above their content."""

    def __init__(self) -> None:
        self._depth = 0

    def rewrite(self, line: str, *, final: bool) -> str:
        """Return the line without these tags; unless `final`, without an end that following text may change."""
        rest = line.lstrip(" ")
        if not rest.startswith("<") and not (self._depth and "</" in rest):
            return line
        return line[: len(line) - len(rest)] + self._rewrite(rest, final=final)

    def _rewrite(self, line: str, *, final: bool) -> str:
        if not final and _GROWING_DETAILS.match(line):
            return ""
        if found := _DETAILS.match(line):
            self._depth += 1
            line = line[found.end() :]
        elif not self._depth:
            return _DETAILS_END.sub("", line) if line.strip().lower() == "</details>" else line
        if not final and _GROWING_SUMMARY.match(line) and "</summary>" not in line.lower():
            return ""
        return self._rewrite_end(_rewrite_summary(line))

    def _rewrite_end(self, line: str) -> str:
        while self._depth and (found := _DETAILS_END.search(line)):
            line = line[: found.start()] + line[found.end() :]
            self._depth -= 1
        return line


def _rewrite_summary(line: str) -> str:
    found = _SUMMARY.match(line)
    if found is None or found.end() > _MAX_SUMMARY_LENGTH:
        return "" if _LONE_SUMMARY.fullmatch(line) else line
    words, content = found["words"].strip("*").strip(), line[found.end() :]
    return (f"**{words}**" if words else "") + (f"\n{content}" if content else "")


def _find_pairs(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    for opening, closing in pairwise(token for token in tokens if token.kind == "tag"):
        found = _OPENING_TAG.fullmatch(opening.text)
        is_near = closing.start - opening.end <= _MAX_PAIR_LENGTH
        if found and is_near and closing.text.lower() == f"</{found[1].lower()}>":
            yield opening, closing


def _edit_pair(line: str, opening: Token, closing: Token) -> tuple[Edit, Edit]:
    words, kind = line[opening.end : closing.start], opening.text[1:4].lower()
    before, after = line[max(0, opening.start - 1) : opening.start], line[closing.end : closing.end + 1]
    forms = _RAISED if kind == "sup" else _LOWERED
    if kind == "kbd":
        mark = "" if _NO_CODE.search(words) or {before, after} & set("`<>") else "`"
        return Edit(opening.start, opening.end, mark), Edit(closing.start, closing.end, mark)
    if all(sign in forms for sign in words):
        raised = "".join(forms[sign] for sign in words)
        return Edit(opening.start, closing.start, raised), Edit(closing.start, closing.end, "")
    if not (before.isalnum() or before == ")") or not (words[:1].isalnum() or words[:1] == "-"):
        return Edit(opening.start, opening.end, ""), Edit(closing.start, closing.end, "")
    mark, (left, right) = "^" if kind == "sup" else "_", ("", "") if words.isalnum() else ("(", ")")
    return Edit(opening.start, opening.end, mark + left), Edit(closing.start, closing.end, right)
