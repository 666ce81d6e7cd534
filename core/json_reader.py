"""Read JSON from outside: from Wanjie, from the platforms, from a model's arguments, from the store.

Nobody behind this reader meets JSON that is nested too deeply, numbers that no database takes, or text that has no
UTF-8 form. Any field may still be missing, null or of another type: the functions below return an empty value for it.
"""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]

NOT_JSON = object()
"""Stands for a text that is not JSON, where null may be a valid value."""

_MAX_DEPTH = 100
"""Levels of lists and objects; whoever walks through a document calls itself once a level."""
_MAX_SIGNS = 150_000
"""Brackets and commas in a document: some 50 ms of work. 100 messages with 200 entities each have fewer."""
_MAX_INT_DIGITS = 18
"""Every number of so many digits fits into 64 bits."""

# Strings, closed or not, are skipped as a whole. The possessive quantifiers keep the time linear.
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]++")
_LEVELS = {"[": 1, "{": 1, "]": -1, "}": -1}
_MAX_ENTRY_LENGTH = 2_000
"""Characters of an entry of a list that is read in part."""
_SEPARATOR = re.compile(r"\s*+,")
_BLANK = re.compile(r"\s*+")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_UNCLEAN_ESCAPE = re.compile(
    r"\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F]))"  # NUL, a first half without its second one,
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"  # or the other way round
)
_REQUEST_ID = re.compile(r"(?:[a-z]{2,9}[-_])?(?=(?:[A-Za-z-]*\d){6})[A-Za-z0-9-]{12,64}")
"""UUIDs, hexadecimal numbers, times with random letters; a name or a word has not so many digits."""


def load_json(text: str | bytes, *, keep_surrogates: bool = False) -> object:
    """Parse a document; raise `ValueError` when it is not JSON, nested too deeply or far too long.

    Every string in it is clean (see `clean_text`); with `keep_surrogates`, halves of characters stay for whoever can
    join them. NaN, infinite numbers and integers beyond 64 bits are null. Of equal keys in an object the last counts.
    """
    if isinstance(text, bytes | bytearray):
        text = text.decode("utf-8-sig", errors="replace")
    if _is_excessive(text):
        raise ValueError("JSON with too many levels or values")
    value: object = _DECODER.decode(text)
    return _clean(value, keep_surrogates=keep_surrogates) if _may_be_unclean(text) else value


def parse_json(text: str | bytes, default: object = None) -> object:
    """Parse a document as `load_json` does; return `default` where that raises."""
    try:
        return load_json(text)
    except ValueError:
        return default


def parse_leading_json(text: str, start: int = 0) -> tuple[object, int]:
    """Parse the value that begins at `start`, after white space; return it and its end, or `NOT_JSON` and `start`."""
    begin = _BLANK.match(text, start)
    try:
        if begin is None or _is_excessive(text[start:]):
            return NOT_JSON, start
        value, end = _DECODER.raw_decode(text, begin.end())
    except ValueError:
        return NOT_JSON, start
    return _clean(value, keep_surrogates=False), end


def parse_first_entries(text: str, max_entries: int) -> list[object]:
    """Parse the first entries of the first list in a document that has too many of them to be parsed as a whole."""
    entries = list[object]()
    place = text.find("[") + 1
    while place and len(entries) < max_entries:
        window = text[place : place + _MAX_ENTRY_LENGTH]
        entry, end = parse_leading_json(window)
        if entry is NOT_JSON:
            break
        entries.append(entry)
        separator = _SEPARATOR.match(window, end)
        place = place + separator.end() if separator else 0
    return entries


def has_cut_characters(text: str) -> bool:
    """Whether JSON may hold half of a character, as a gateway sends that cuts its pieces anywhere."""
    return "\\ud" in text or "\\uD" in text


def clean_text(text: str) -> str:
    """Join surrogates that belong together; replace lone ones and NUL, which no platform and no store takes."""
    return join_surrogates(text.replace("\0", "\ufffd") if "\0" in text else text)


def join_surrogates(text: str) -> str:
    """Join surrogates that belong together, replace lone ones."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def as_object(value: object) -> Json:
    """Return the value if it is an object, else an empty one."""
    return cast("Json", value) if isinstance(value, dict) else {}


def as_objects(value: object) -> list[Json]:
    """Return a list of objects; a single object, which some gateways send instead, as a list of one."""
    if isinstance(value, dict):
        return [cast("Json", value)]
    return [as_object(entry) for entry in as_list(value)]


def as_list(value: object) -> list[object]:
    """Return the value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return the value if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def as_int(value: object) -> int:
    """Return a whole number, also one that is written as 3.0; anything else as 0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def get_text(holder: Json, key: str) -> str:
    """Return a string of valid Unicode, or ""; a few objects come from an SDK's reader."""
    return join_surrogates(as_text(holder.get(key)))


def get_int(holder: Json, key: str) -> int:
    """Return an integer of at most 64 bits, or 0."""
    value = holder.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else 0


def get_object(holder: Json, key: str) -> Json:
    """Return an object, or an empty one."""
    return as_object(holder.get(key))


def get_list(holder: Json, key: str) -> list[object]:
    """Return a list, or an empty one."""
    return as_list(holder.get(key))


def get_objects(holder: Json, key: str) -> list[Json]:
    """Return the objects of a list that are not empty."""
    return [found for found in map(as_object, get_list(holder, key)) if found]


def _is_excessive(text: str) -> bool:
    """Whether a document is nested too deeply or has too many values; found out before it is parsed.

    The parser's own limit depends on the version of Python and on the stack that is left.
    """
    openings = text.count("[") + text.count("{")
    if openings <= _MAX_DEPTH and openings + text.count(",") <= _MAX_SIGNS:
        return False
    signs = _STRING.sub("", text)
    brackets = _NO_BRACKET.sub("", signs)
    if len(brackets) + signs.count(",") > _MAX_SIGNS:
        return True
    return max(accumulate(map(_LEVELS.__getitem__, brackets)), default=0) > _MAX_DEPTH


def _may_be_unclean(text: str) -> bool:
    """Whether strings of a document may hold NUL or halves of characters.

    Raw control characters are no JSON, and raw surrogates appear in no decoded bytes: only escapes bring them. Behind
    a backslash that is escaped itself, an escape is hard to tell from text.
    """
    return "\\u" in text and ("\\\\u" in text or _UNCLEAN_ESCAPE.search(text) is not None)


def _clean(value: object, *, keep_surrogates: bool) -> object:
    """Clean every string of a document, keys included."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd") if keep_surrogates else clean_text(value)
    if isinstance(value, list):
        return [_clean(entry, keep_surrogates=keep_surrogates) for entry in cast("list[object]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {clean_text(name): _clean(entry, keep_surrogates=keep_surrogates) for name, entry in fields.items()}
    return value


def _parse_int(digits: str) -> int | None:
    return int(digits) if len(digits.lstrip("-")) <= _MAX_INT_DIGITS else None


def _parse_float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _parse_constant(_: str) -> None:
    """Read NaN and Infinity, which are not JSON, as null."""


_DECODER = json.JSONDecoder(parse_int=_parse_int, parse_float=_parse_float, parse_constant=_parse_constant)


def clean_code(text: str, fallback: str = "") -> str:
    """Return an identifier from outside, such as an error's code, as it may be logged; `fallback` when it is none.

    Whoever answers may put anything there, words of a conversation included.
    """
    return text if _CODE.fullmatch(text) else fallback


def clean_request_id(text: str) -> str:
    """Return the id that a service gave to a request, as it may be logged; "" when it has not the form of one."""
    return text if _REQUEST_ID.fullmatch(text) else ""
