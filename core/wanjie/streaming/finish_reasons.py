"""Normalize the reasons with which models end an answer."""

from __future__ import annotations

import re

_NON_LETTERS = re.compile(r"[^a-z]")
_MAX_LENGTH = 100
"""Characters of a reason that are read."""
_UNFINISHED = frozenset({"", "null", "none", "unspecified", "finishreasonunspecified"})
# What the reasons of OpenAI, Anthropic, Google, Cohere, Zhipu, DeepSeek, vLLM and others have in common; the first
# match wins.
_REASON_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
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


def normalize_finish_reason(word: str) -> str:
    """Map a reason to stop, length, content_filter, tool_calls or error; "" while there is none.

    An unknown reason is a stop: the answer has ended, and nothing indicates a fault.
    """
    bare = _NON_LETTERS.sub("", word[:_MAX_LENGTH].lower())
    if bare in _UNFINISHED:
        return ""
    return next((reason for reason, pattern in _REASON_PATTERNS if pattern.search(bare)), "stop")
