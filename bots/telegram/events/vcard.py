"""What an address book says of a contact (vCard 2.1, 3.0 and 4.0), as lines for a model; pure."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator

_SHOWN = ("NICKNAME", "ORG", "TITLE", "ROLE", "TEL", "EMAIL", "ADR", "URL", "BDAY", "ANNIVERSARY", "IMPP", "NOTE")
_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(?P<value>.*)", re.DOTALL
)
"""`item1.EMAIL;type=INTERNET:ann@a.example`: a group, a name, parameters, a value (RFC 6350, 3.3)."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PART = re.compile(r"(?<!\\);")
_TELEPHONE = re.compile(r"\D")


def read_vcard(card: str, *, known: str) -> Iterator[str]:
    """Tell what a card adds to name and number, such as `email: ann@a.example`; *known* is the number."""
    for line in _unfolded(card):
        found = _LINE.fullmatch(line)
        name = found["name"].upper() if found else ""
        if found is None or name not in _SHOWN:
            continue
        value = _words(found["value"], found["parameters"].upper())
        if value and not (name == "TEL" and _digits(value) == _digits(known)):
            yield f"{name.lower()}: {value}"


def _unfolded(card: str) -> list[str]:
    """Lines without the breaks that only keep them short."""
    card = re.sub(r"=\r?\n", "", card) if "QUOTED-PRINTABLE" in card.upper() else card
    return re.sub(r"\r?\n[ \t]", "", card).splitlines()


def _words(value: str, parameters: str) -> str:
    if "QUOTED-PRINTABLE" in parameters:
        value = quopri.decodestring(value.encode()).decode(errors="replace")
    parts = [_ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], part) for part in _PART.split(value)]
    return " ".join(words for part in parts if (words := " ".join(part.split())))


def _digits(number: str) -> str:
    return _TELEPHONE.sub("", number)
