"""What a server's answer means: it refuses to work, or something is wrong with one command."""

from __future__ import annotations

import pytest
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)

from core.redis.log_store_outages import describe_address, find_settings_warnings
from core.redis.server_errors import parse_refusal, parse_refusal_code

_OOM = "command not allowed when used memory > 'maxmemory'."


@pytest.mark.parametrize(
    "error",
    [
        ReadOnlyError("You can't write against a read only replica.", status_code="READONLY"),
        OutOfMemoryError(_OOM, status_code="OOM"),
        ResponseError(f"Error running script (call to f_1): @user_script:5: @user_script: 5: -OOM {_OOM}"),
        ResponseError("MISCONF Errors writing to the AOF file: No space left on device"),
        ResponseError("NOREPLICAS Not enough good replicas to write."),
        BusyLoadingError("Redis is loading the dataset in memory", status_code="LOADING"),
        AuthenticationError("Authentication required.", status_code="NOAUTH"),
        NoPermissionError("this user has no permissions", status_code="NOPERM"),
        ResponseError("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."),
        ResponseError("TRYAGAIN Multiple keys request during rehashing of slot"),
    ],
)
def test_refusals_of_the_server_are_recognised_by_their_code(error: Exception) -> None:
    code = parse_refusal_code(error)

    assert code in {"READONLY", "OOM", "MISCONF", "NOREPLICAS", "LOADING", "NOAUTH", "NOPERM", "BUSY", "TRYAGAIN"}
    assert parse_refusal(error) == f"{code} {str(error).rpartition(f'{code} ')[2]}"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AuthenticationError("invalid password"), "invalid password"),
        (ResponseError("DB index is out of range"), "DB index is out of range"),
        (ResponseError("BUSYGROUP Consumer Group name already exists"), ""),
        (NoScriptError("No matching script.", status_code="NOSCRIPT"), ""),
        (ResponseError("WRONGTYPE Operation against a key"), ""),
    ],
)
def test_other_answers_have_no_code(error: Exception, words: str) -> None:
    assert parse_refusal_code(error) == ""
    assert parse_refusal(error) == words


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://:secret@store:6380/3", "store:6380, database 3"),
        ("rediss://user:secret@store", "store:6379, database 0"),
        ("redis://store/1?db=2", "store:6379, database 2"),
        ("redis://:secret@[::1]:6380/1", "[::1]:6380, database 1"),
        ("unix:///run/my%20redis.sock?db=1", "/run/my redis.sock"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, address: str) -> None:
    assert describe_address(url) == address


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"maxmemory_policy": "noeviction", "aof_enabled": 1}, []),
        ({}, []),
        ({"maxmemory_policy": "volatile-lru", "aof_enabled": 1}, ["volatile-lru"]),
        ({"maxmemory_policy": "allkeys-lru", "aof_enabled": 0}, ["allkeys-lru", "append-only file"]),
    ],
)
def test_settings_that_lose_messages_are_warned_of(info: dict[str, object], words: list[str]) -> None:
    warnings = find_settings_warnings(info)

    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))
