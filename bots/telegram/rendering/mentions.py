"""Nobody is called by what a model wrote: Telegram makes a mention of each `@name` by itself and notifies its owner."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD_JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, and an `@` followed by it is no mention; one UTF-16 code unit."""
_MENTION = re.compile(
    # In the path of a web address an `@` belongs to the address, which would lead elsewhere with a joiner in it.
    r"(?<![\w.+/-])https?://(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,}(?::[0-9]+)?[/?#][\w./?#=&%+~:@-]*"
    r"|(?<!\w)(@)(?=[A-Za-z0-9_]{5,32}(?![A-Za-z0-9_]))"
)
"""As Telegram finds them: names have 5 to 32 characters; behind a letter it is an e-mail."""
_PACKAGE = re.compile(
    rb"(?<![\w/.:-])@[A-Za-z0-9_-]+/[A-Za-z0-9_][\w.-]*(?:@[\w.^~-]+)?(?<![.,-])|(?<=<)@[A-Za-z]\w*(?=[\s/>(])"
)
"""`npm i @types/node`, `List<@Nullable String>`: names of code, which a joiner would spoil for whoever copies them."""


def find_mention_ends(text: str) -> Iterator[int]:
    """Where to put a joiner: the bytes right behind the `@` of each mention, in order."""
    count = before = 0
    for found in _MENTION.finditer(text):
        if found[1]:
            count += len(text[before : found.end()].encode())
            before = found.end()
            yield count


def defuse_mentions(text: str) -> str:
    """Make every mention of a text harmless."""
    return _MENTION.sub(lambda found: found[0] + WORD_JOINER if found[1] else found[0], text)


def find_package_names(text: bytes, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where names of code stand that Telegram would take for mentions; it finds none in what looks like code."""
    for found in _PACKAGE.finditer(text):
        start, end = found.span()
        if all(end <= one or other <= start for one, other in taken):
            yield start, end
