# ruff: noqa: RUF001 - the sign of multiplication is meant
"""Turn TeX formulas into plain text.

pylatexenc was tried and is worse for text that is spoken: it leaves `^`, `_` and `*`, which voices read or skip, drops
the arguments of commands that it does not know, and fails with a `RecursionError` at 300 nested braces.
"""

from __future__ import annotations

import re

_INSIDE = r"((?:(?!```|\n[ \t]*\n|(?<!\\)\\[\[(]).){1,600}?)"
"""A formula has no empty line, reaches into no fence and holds no other: unclosed ones end where the next begins."""
_DISPLAYED = re.compile(rf"(?<!\\)(?:\\\[{_INSIDE}\\\]|\\\({_INSIDE}\\\))|\$\${_INSIDE}\$\$", re.DOTALL)
_INLINE = re.compile(r"(?<![\w$\\])\$(?!\s)([^$\n`\\^_=]{0,300}[\\^_=][^$\n`]{0,600})(?<!\s)\$(?![\w$])")
"""Single dollars are money more often than not: only what holds a sign of a formula is one."""
_SPACE = re.compile(r"\\\\|\\[,;:! ]|&|~")
_INVISIBLE = re.compile(r"\\(?:left|right|displaystyle|limits|quad|qquad|begin\{\w+\*?\}|end\{\w+\*?\})(?![a-zA-Z])")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_WRAPPED = re.compile(r"\\(?:text|textbf|mathrm|mathbf|mathbb|mathcal|operatorname|boxed)\s*\{([^{}]*)\}")
_POWER = re.compile(r"\^(?:\{([23])\}|([23])(?!\d))")
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_SIGNS = {
    **dict.fromkeys(("times", "cdot"), "×"),
    **dict.fromkeys(("le", "leq"), "≤"),
    **dict.fromkeys(("ge", "geq"), "≥"),
    **dict.fromkeys(("ne", "neq"), "≠"),
    **dict.fromkeys(("to", "rightarrow", "Rightarrow", "implies"), "→"),
    "approx": "≈",
    "pm": "±",
    "div": "÷",
    "infty": "∞",
    "sqrt": "√",
    "degree": "°",
    "circ": "°",
    "cdots": "…",
    "ldots": "…",
    "dots": "…",
    "in": "∈",
    "sum": "∑",
    "int": "∫",
}
_MAX_NESTING = 4


def speak_formulas(markdown: str) -> str:
    r"""Replace formulas in `\[…\]`, `\(…\)`, `$$…$$` or `$…$` by text that Markdown does not change."""
    return _INLINE.sub(_to_plain_text, _DISPLAYED.sub(_to_plain_text, markdown))


def _to_plain_text(found: re.Match[str]) -> str:
    text = _INVISIBLE.sub(" ", _SPACE.sub(" ", next(group for group in found.groups() if group)))
    for _ in range(_MAX_NESTING):
        text = _WRAPPED.sub(r"\1", text)
        text = _ROOT.sub(r"√\1", text)
        text = _FRACTION.sub(r" \1 / \2 ", text)
    text = _POWER.sub(lambda power: {"2": "²", "3": "³"}[power[1] or power[2]], text)
    text = _COMMAND.sub(lambda command: f" {_SIGNS.get(command[1], command[1])} ", text)
    text = re.sub(r"[{}_\\|]", " ", text).replace("*", "×")
    return " ".join(re.sub(r"[<>]", r" \g<0> ", text).split())
