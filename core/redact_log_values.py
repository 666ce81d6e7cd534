"""Clean the values of a log line: bounded, on one line, without secrets, and of errors only what is known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import Enum
from itertools import islice
from pathlib import PurePath
from typing import cast

from structlog.typing import EventDict, WrappedLogger

from .log_errors import describe_error

_MIN_SECRET_LENGTH = 6
_MAX_LENGTH, _MAX_TRACEBACK_LENGTH = 1_000, 20_000
"""Characters of a value."""
_MAX_ITEMS = 100
_TEXTS_OF_LINES = frozenset({"exception", "stack"})
"""Fields that keep their line breaks."""
_FOREIGN_LANE = "[foreign]"
"""For a lane without a platform's name in front: somebody else has written it into the store."""
_SECRET = "[secret]"  # noqa: S105 - what stands for one

_SECRET_FORMS = re.compile(
    r"""
      (?<!\d)\d{5,}(?::|%3A)[\w-]{20,}         # tokens of bots that begin with a number, in addresses and alone
    | \bx(?:ox[a-z]|app)(?:\.xox[a-z])?-[\w-]+ # tokens of apps
    | (?<![A-Za-z0-9])[rsp]k-[\w-]{8,}          # keys of models' services
    | \bBearer\s+\S+
    | \beyJ[\w-]{8,}\.[\w.-]+                  # JSON web tokens
    | (?<=://)[^\s/@]*@                         # the user and password of an address
    | (?<=\?)[^\s"'<>]*=[^\s"'<>]*              # the query of an address: tickets and signatures
    | (?<=://hooks\.)\S+                         # whoever knows such an address may post
    """,
    re.ASCII | re.VERBOSE,
)


class Redaction:
    """Cleans every value of what is about to be logged; `secrets` are replaced wherever they stand.

    Values that are neither text nor numbers are named by their type: their form for programmers may hold anything.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted((secret for secret in secrets if len(secret) >= _MIN_SECRET_LENGTH), key=len)[::-1]

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._clean_field(key, value) for key, value in event.items()}

    def _clean_field(self, key: str, value: object) -> object:
        if key in _TEXTS_OF_LINES and isinstance(value, str):
            lines = value[-_MAX_TRACEBACK_LENGTH:].splitlines()
            return "\n".join(self.clean_text(line, _MAX_TRACEBACK_LENGTH) for line in lines)
        if key == "lane" and ":" not in str(value):
            return _FOREIGN_LANE
        return self._clean(value)

    def _clean(self, value: object) -> object:
        if isinstance(value, bool | int | float) or value is None:
            return value
        if isinstance(value, dict):
            fields = islice(cast("dict[object, object]", value).items(), _MAX_ITEMS)
            return {self._describe(key): self._clean(item) for key, item in fields}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(item) for item in islice(cast("Iterable[object]", value), _MAX_ITEMS)]
        return self._describe(value)

    def _describe(self, value: object) -> str:
        if isinstance(value, BaseException):
            return self.clean_text(describe_error(value))
        if isinstance(value, Enum):
            value = value.value
        plain = isinstance(value, str | int | float | PurePath | date)
        return self.clean_text(str(value) if plain else f"<{type(value).__name__}>")

    def clean_text(self, text: str, max_length: int = _MAX_LENGTH) -> str:
        """Return a text without secrets, on one line, of at most `max_length` characters."""
        for secret in self._secrets:
            text = text.replace(secret, _SECRET)
        text = _SECRET_FORMS.sub(_SECRET, text)
        if not text.isprintable():
            text = "".join(letter if letter.isprintable() else " " for letter in text)
        return text if len(text) <= max_length else text[: max_length - 1] + "…"
