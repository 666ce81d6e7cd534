"""Defusing mentions: Telegram makes each `@name` a mention and notifies its owner, also in the text of a model."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD_JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, one UTF-16 code unit; an `@` followed by it is no mention."""
_MENTION = re.compile(
    # In the path of a URL an `@` belongs to the URL, which a joiner would break.
    r"(?<![\w.+/-])https?://(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}(?::[0-9]+)?[/?#][\w./?#=&%+~:@-]*"
    r"|(?<!\w)(@)(?=[A-Za-z0-9_]{4,32}(?![A-Za-z0-9_]))"
)
"""As Telegram detects them (TDLib, find_mentions): names have 4 to 32 characters, but for those of a few bots; after
a letter it is an e-mail address."""
_PACKAGE_NAME = re.compile(
    rb"(?<![\w/.:-])@[A-Za-z0-9_-]+/[A-Za-z0-9_][\w.-]*(?:@[\w.^~-]+)?(?<![.,-])|(?<=<)@[A-Za-z]\w*(?=[\s/>(])"
)
"""`npm i @types/node`, `List<@Nullable String>`: names in code, which would not work when copied with a joiner."""


def find_mention_ends(text: str) -> Iterator[int]:
    """Yield the byte offsets after the `@` of each mention, where a joiner goes, in order."""
    count = before = 0
    for match in _MENTION.finditer(text):
        if match[1]:
            count += len(text[before : match.end()].encode())
            before = match.end()
            yield count


def defuse_mentions(text: str) -> str:
    """Insert a joiner into every mention of a text."""
    return _MENTION.sub(lambda match: match[0] + WORD_JOINER if match[1] else match[0], text)


def find_package_names(text: bytes, excluded: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans of names in code that Telegram would take for mentions; it detects none in formatted code."""
    for match in _PACKAGE_NAME.finditer(text):
        start, end = match.span()
        if all(end <= excluded_start or excluded_end <= start for excluded_start, excluded_end in excluded):
            yield start, end
