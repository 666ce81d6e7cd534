"""Why a model ended, in one word for each reason that there is."""

from __future__ import annotations

import re

_NO_LETTER = re.compile(r"[^a-z]")
_NOT_YET = frozenset({"", "null", "none", "unspecified", "finishreasonunspecified"})
# What the words of OpenAI, Anthropic, Google, Cohere, Zhipu, DeepSeek, vLLM and others have in common; the first wins.
_MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "length",
        re.compile(
            "length|maxoutput|max(new|output|completion)?tokens?|tokenlimit|errorlimit|truncat|incomplete|context"
        ),
    ),
    (
        "content_filter",
        re.compile(
            "filter|safety|unsafe|sensitive|prohibit|block|polic|refus|recitation|spii|toxic|moderat|guard|language"
        ),
    ),
    (
        "error",
        re.compile(
            "err|fail|abort|cancel|timeout|timedout|insufficient|unavailable|exception|interrupt|malformed|unexpected|^other$"
        ),
    ),
    ("tool_calls", re.compile("tool|function")),
)


def fold_finish_reason(word: str) -> str:
    """Fold a reason to stop, length, content_filter, tool_calls or error; "" while there is none.

    A word that nobody knows is a stop: something has ended, and nothing says that it went wrong.
    """
    bare = _NO_LETTER.sub("", word.lower())
    if bare in _NOT_YET:
        return ""
    return next((reason for reason, pattern in _MEANINGS if pattern.search(bare)), "stop")
