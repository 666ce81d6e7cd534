"""What the log says of errors: their classes and places, and of their texts the words that nobody can have chosen."""

from __future__ import annotations

import ast
import errno
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
import structlog.testing
from telegram.error import BadRequest

from core.chat.port.errors import ContentRejectedError
from core.error_words import keep_error_words
from core.log import log_uncaught_errors
from core.log_errors import describe_error, format_traceback
from core.wanjie import ServerFaultError

CANARY = "heliotrope"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Bad Request: message is not modified", "Bad Request: message is not modified"),
        (
            f'Can\'t parse entities: unsupported start tag "{CANARY}" at byte offset 12',
            "Can't parse entities: unsupported start tag … at byte offset 12",
        ),
        (
            f"rate_limit_exceeded rateLimitExceeded CHAT_WRITE_FORBIDDEN {CANARY}_exceeded",
            "rate_limit_exceeded rateLimitExceeded CHAT_WRITE_FORBIDDEN …",
        ),
        ("wait 3.50 s, chat 123456789012", "wait 3.50 s, chat …"),
        (f"no {CANARY} marigold iris", "no …"),
        ("模型不存在 model", "… model"),
        (f"it's '{CANARY} isn't here' and `{CANARY}", "it's … and …"),
        ("a\x00b\u202e", "…"),
    ],
)
def test_only_known_words_of_an_error_are_kept(text: str, kept: str) -> None:
    assert keep_error_words(text) == kept


@pytest.mark.parametrize(
    ("error", "described"),
    [
        (ValueError(f"{CANARY} and known message"), "ValueError"),
        (KeyError(CANARY), "KeyError"),
        (FileNotFoundError(errno.ENOENT, "No such file", f"/home/{CANARY}"), "FileNotFoundError: ENOENT"),
        (httpx.ConnectError("All connection attempts failed"), "ConnectError: All connection attempts failed"),
        (ContentRejectedError(f"message is {CANARY}"), "ContentRejectedError: message is …"),
        (
            ServerFaultError("Wanjie answered 503 model_not_found"),
            "ServerFaultError: Wanjie answered 503 model_not_found",
        ),
    ],
)
def test_an_error_is_its_class_and_known_words(error: Exception, described: str) -> None:
    assert describe_error(error) == described


def refuse() -> None:
    try:
        {}[CANARY]
    except KeyError as error:
        raise BadRequest(f"chat not found: {CANARY}") from error


def fail() -> None:
    try:
        refuse()
    except BadRequest as error:
        caught = ExceptionGroup(CANARY, [error, ValueError(CANARY)])
        caught.add_note(CANARY)
        raise caught from None


def test_a_traceback_has_causes_and_groups_and_no_text_of_them() -> None:
    with pytest.raises(ExceptionGroup) as found:
        fail()
    text = format_traceback((found.type, found.value, found.tb))

    lines = text.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "KeyError",
        "ValueError",
        "BadRequest: chat not found: …",
        "ExceptionGroup",
    ]
    assert any("test_log_errors.py" in line for line in lines)
    assert CANARY not in text


def list_calls(*, of: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call, in the program, of a function whose name ends so."""
    paths = [*(ROOT / "core").rglob("*.py"), *(ROOT / "bots").rglob("*.py")]
    for path in (path for path in paths if not {"sandbox", "demo_page"} & set(path.parts)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and not {"sandbox", "demo_page"} & set(path.parts)
                and ast.unparse(node.func).endswith(of)
            ):
                yield path, node


def test_our_own_errors_keep_all_their_words() -> None:
    unknown = [
        (path.name, part.value, kept)
        for path, call in list_calls(of="Error")
        if path.parent.name != "settings" and path.name != "settings.py"
        for argument in call.args[:1]
        for part in ([argument] if isinstance(argument, ast.Constant) else getattr(argument, "values", []))
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and "`" not in part.value
        if "…" in (kept := keep_error_words(part.value))
    ]

    assert unknown == [], "add the words to core/error_words.txt"


def test_the_log_is_given_errors_and_not_their_texts() -> None:
    levels = ("debug", "info", "warning", "error", "critical")
    texts = [
        (path.name, ast.unparse(value))
        for level in levels
        for path, call in list_calls(of=f"_log.{level}")
        for value in (keyword.value for keyword in call.keywords)
        if any(mark in ast.unparse(value) for mark in ("str(error", "repr(", "{error", "error.args"))
    ]

    assert texts == [], "give the error itself: `error=error`"


def test_a_warning_of_a_library_is_a_line_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    with warnings.catch_warnings(), structlog.testing.capture_logs() as lines:
        warnings.simplefilter("always")
        log_uncaught_errors()
        warnings.warn_explicit(f"Duplicate name: {CANARY}", UserWarning, "zipfile.py", 7)

    (line,) = lines
    assert (line["event"], line["kind"], line["place"]) == ("a warning of a library", "UserWarning", "zipfile.py:7")
    assert CANARY not in str(lines)
