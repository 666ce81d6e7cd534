"""Log lines of one kind are limited and counted."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Generator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from core.log import set_up_logging
from core.log_limiter import LineLimiter

KINDS = st.sampled_from("abc")


@given(st.lists(st.tuples(KINDS, st.floats(0, 3)), max_size=100), st.integers(1, 4))
def test_every_line_is_either_admitted_or_counted(lines: list[tuple[str, float]], most: int) -> None:
    now = 0.0
    limiter = LineLimiter(max_lines=most, window_seconds=5.0, clock=lambda: now)
    admitted, left_out = Counter[str](), Counter[str]()
    for name, pause in lines:
        now += pause
        for (kind, _, _), sample, count in limiter.end_windows():
            assert sample == kind
            left_out[kind] += count
        if limiter.admit((name, 30, name), name):
            admitted[name] += 1
    for (kind, _, _), _, count in limiter.end_windows(end_all=True):
        left_out[kind] += count

    assert admitted + left_out == Counter(name for name, _ in lines)
    assert all(admitted[name] >= min(most, total) for name, total in (admitted + left_out).items())


def test_the_first_lines_of_each_window_are_admitted() -> None:
    now = 0.0
    limiter = LineLimiter(max_lines=2, window_seconds=60.0, clock=lambda: now)
    kind = ("a", 30, "full")

    assert [limiter.admit(kind, "full") for _ in range(5)] == [True, True, False, False, False]
    assert limiter.admit(("a", 40, "full"), "full")
    assert limiter.end_windows() == []
    now = 60.0
    assert limiter.end_windows() == [(kind, "full", 3)]
    assert [limiter.admit(kind, "full") for _ in range(3)] == [True, True, False]


def test_ever_new_kinds_take_no_more_memory() -> None:
    limiter = LineLimiter(max_lines=1)
    for number in range(5_000):
        for _ in range(2):
            limiter.admit(("a", 30, str(number)), "x")
        limiter.end_windows()

    assert len(limiter.end_windows(end_all=True)) <= 1_001


@pytest.fixture
def start_logging(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[[], None]]:
    """Log as the service does, from the call on: pytest has another standard error in each phase of a test."""
    root = logging.getLogger()
    level = root.level

    def start() -> None:
        monkeypatch.setattr(root, "handlers", [])  # those of pytest are not ours to close
        set_up_logging(level="INFO", json_lines=True, secrets=["sk-secret"])

    yield start
    root.setLevel(level)
    structlog.reset_defaults()


def read(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    for handler in logging.getLogger().handlers:
        handler.close()
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_flood_of_our_lines_and_of_a_library_is_short(
    start_logging: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging()
    ours, theirs = structlog.get_logger("bots"), logging.getLogger("aiohttp.server")
    for number in range(1_000):
        ours.warning("mailbox full", lane=number)
        theirs.error("Error handling request from %s sk-secret", number)
    ours.info("another line")
    written = read(capsys)

    assert Counter(line["event"].partition(" from ")[0] for line in written) == {
        "mailbox full": 100,
        "Error handling request": 100,
        "another line": 1,
        "900 more lines left out: mailbox full": 1,
        "900 more lines left out: Error handling request": 1,
    }
    assert [line["level"] for line in written[-2:]] == ["warning", "error"]
    assert "sk-secret" not in json.dumps(written)


def test_a_line_whose_reference_a_user_was_told_is_never_left_out(
    start_logging: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging()
    log = structlog.get_logger("bots")
    for number in range(300):
        log.error("turn failed", reference=str(number))

    assert [line["reference"] for line in read(capsys)] == [str(number) for number in range(300)]
