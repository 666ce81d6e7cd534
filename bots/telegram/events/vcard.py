"""Reading the vCard of a contact (versions 2.1, 3.0 and 4.0) as lines for the model; pure."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator

_SHOWN_PROPERTIES = (
    "NICKNAME",
    "ORG",
    "TITLE",
    "ROLE",
    "TEL",
    "EMAIL",
    "ADR",
    "URL",
    "BDAY",
    "ANNIVERSARY",
    "IMPP",
    "NOTE",
)
_PROPERTY_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(?P<value>.*)", re.DOTALL
)
"""`item1.EMAIL;type=INTERNET:ann@a.example`: a group, a name, parameters, a value (RFC 6350, 3.3)."""
_ESCAPE_SEQUENCE = re.compile(r"\\(.)", re.DOTALL)
_PART_SEPARATOR = re.compile(r"(?<!\\);")
_NON_DIGIT = re.compile(r"\D")


def read_vcard(card: str, *, known: str) -> Iterator[str]:
    """Yield what a card adds to name and number, such as `email: ann@a.example`; `known` is the number."""
    for line in _unfold_lines(card):
        match = _PROPERTY_LINE.fullmatch(line)
        name = match["name"].upper() if match else ""
        if match is None or name not in _SHOWN_PROPERTIES:
            continue
        value = _decode_value(match["value"], match["parameters"].upper())
        if value and not (name == "TEL" and _strip_to_digits(value) == _strip_to_digits(known)):
            yield f"{name.lower()}: {value}"


def _unfold_lines(card: str) -> list[str]:
    """Split into lines and remove the folding of long ones (RFC 6350, 3.2)."""
    card = re.sub(r"=\r?\n", "", card) if "QUOTED-PRINTABLE" in card.upper() else card
    return re.sub(r"\r?\n[ \t]", "", card).splitlines()


def _decode_value(value: str, parameters: str) -> str:
    if "QUOTED-PRINTABLE" in parameters:
        value = quopri.decodestring(value.encode()).decode(errors="replace")
    parts = [
        _ESCAPE_SEQUENCE.sub(lambda match: " " if match[1] in "nN" else match[1], part)
        for part in _PART_SEPARATOR.split(value)
    ]
    return " ".join(text for part in parts if (text := " ".join(part.split())))


def _strip_to_digits(number: str) -> str:
    return _NON_DIGIT.sub("", number)
