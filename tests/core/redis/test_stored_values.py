"""Values of the store are read, or count as absent."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from core.redis.stored_values import StoredJson, parse_stored


@dataclass(frozen=True, slots=True)
class _Inner:
    number: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Outer:
    inner: _Inner
    names: tuple[str, ...] = ()


_STORED = StoredJson(_Outer)


def test_fields_of_another_version_are_ignored_or_get_their_defaults() -> None:
    stored = b'{"inner": {"number": 1, "colour": "red"}, "later": [1]}'

    assert parse_stored("a version", stored, _STORED.parse) == _Outer(_Inner(1))


@pytest.mark.parametrize(
    "stored",
    [
        b"", b"\xff\xfe", "somebody else's", "5", "null", "[]", "{}", '{"inner": 5}', '{"inner": {"number": "one"}}',
        '{"inner": {"number": 1}, "names": {"a": "b"}}', "[" * 100_000,
    ],
)  # fmt: skip
def test_unreadable_values_count_as_absent_and_are_logged_once_without_the_value(stored: str | bytes) -> None:
    name = f"a value {stored[:40]!r}"
    with capture_logs() as log:
        found = [parse_stored(name, stored, _STORED.parse) for _ in range(2)]

    assert found == [None, None]
    assert [line["name"] for line in log] == [name]
    assert "somebody" not in str([{**line, "name": ""} for line in log])


def test_absent_values_are_not_logged() -> None:
    with capture_logs() as log:
        assert parse_stored("nothing", None, int) is None

    assert not log
