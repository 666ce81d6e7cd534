# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Where an address that stands in a text ends; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .writing_systems import is_unspaced

ADDRESS = r"(?<![A-Za-z0-9<@])(?i:https?)://[^\s\x00-\x1f\x7f<>\"|\[\]，。、；：？！（）「」『』《》【】“”‘’…]+"
"""An address and whatever touches it, as a pattern."""
PARTIAL_SCHEME = re.compile(r"(?<![A-Za-z0-9<@])h(?:t(?:t(?:p(?:s?(?::/{0,2})?)?)?)?)?\Z", re.IGNORECASE)
"""What may become a scheme when more text comes."""
PARTIAL_ADDRESS = re.compile(ADDRESS.removesuffix("+") + r"*\Z")
"""What may become an address, or a longer one: it may have no host so far."""
_HOST = re.compile(r"(?i:https?)://[^/?#]*\w")
_JOINTS = frozenset("/=_-%.&?#+~:@")
"""Behind these a Chinese letter belongs to the address (`/wiki/北京`); behind others it goes on with the sentence."""


def address_length(text: str, marks: Iterable[str]) -> int:
    """How much of `text`, found by `ADDRESS`, is the address; 0 when it is none. `marks` are open before it."""
    text = text[: _end_of_words(text)]
    for mark in marks:
        text = re.split(re.escape(mark) + r"(?![\w/])", text, maxsplit=1)[0]
    text = _balanced(text)
    while text and (text[-1] in "?!.,:;'\\" or (text[-1] in "*_~`" and text.count(text[-1]) % 2)):
        text = text[:-1]
    return len(text) if _HOST.match(text) else 0


def _end_of_words(text: str) -> int:
    for index, character in enumerate(text):
        before = text[index - 1] if index else "/"
        if is_unspaced(character) and before not in _JOINTS and not is_unspaced(before):
            return index
    return len(text)


def _balanced(text: str) -> str:
    """Cut off what follows a bracket that closes none of the address."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return text[:index]
    return text
