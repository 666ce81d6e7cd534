"""Read from Redis's errors why it refused a command."""

from __future__ import annotations

import re

from redis.exceptions import AuthenticationError, RedisError, ResponseError

_CODES = (
    "READONLY", "OOM", "MISCONF", "NOREPLICAS", "LOADING", "MASTERDOWN", "CLUSTERDOWN",
    "NOAUTH", "WRONGPASS", "NOPERM", "BUSY", "TRYAGAIN",
)  # fmt: skip
"""The first words of errors whose cause is the server, not the command."""

# Before version 7 the answer to a script has the code inside: "ERR Error running script (call to f_…): … -OOM …".
_CODE = re.compile(rf"(?:^|-)({'|'.join(_CODES)})\b.*", re.DOTALL)
_WRONG_DATABASE = "DB index"


def parse_refusal_code(error: Exception) -> str:
    """Return the code with which the server refused to work at all; "" for other errors."""
    found = _CODE.search(_join_code(error))
    return found[1] if found else ""


def parse_refusal(error: Exception) -> str:
    """Return Redis's message of a refusal (`READONLY You can't write against a read only replica.`); "" as above."""
    text = _join_code(error)
    if found := _CODE.search(text):
        return found[0].removeprefix("-").strip()
    return text if isinstance(error, AuthenticationError) or _WRONG_DATABASE in text else ""


def is_about_data(error: Exception) -> bool:
    """Whether the server works and refuses this very command (`WRONGTYPE`), so that a retry would fail, too."""
    return isinstance(error, ResponseError) and not parse_refusal(error)


def is_wrong_type(error: Exception) -> bool:
    """Whether a key has another type than the command needs."""
    return "WRONGTYPE" in _join_code(error)


def is_no_number(error: Exception) -> bool:
    """Whether a command counts on a value that is no number."""
    return "not an integer" in str(error)


def _join_code(error: Exception) -> str:
    """Restore the message as it was sent: the client removes the codes that it knows."""
    code = error.status_code if isinstance(error, RedisError) else None
    text = str(error)
    return f"{code} {text}" if code and not text.startswith(code) else text
