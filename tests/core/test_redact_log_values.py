"""What is done to the values of a line before it is written."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.redact_log_values import Redaction

SECRET = "hunter2-secret"


class Odd:
    """Shows the secret when it is printed."""

    def __repr__(self) -> str:
        return f"<{SECRET}>"


def clean(value: object, key: str = "value") -> object:
    return Redaction([SECRET])(logging.getLogger(), "info", {key: value})[key]


def test_values_keep_their_types() -> None:
    value: dict[object, object] = {"sizes": [1, 2.5, True, None], "names": ("a", "b"), 7: {}, "at": Path("/tmp/x")}  # noqa: S108

    assert clean(value) == {"sizes": [1, 2.5, True, None], "names": ["a", "b"], "7": {}, "at": "/tmp/x"}  # noqa: S108


def test_secrets_are_redacted_at_any_depth() -> None:
    assert clean([f"with {SECRET}", {SECRET: [Odd()]}]) == ["with [secret]", {"[secret]": ["<Odd>"]}]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (
            "https://api.telegram.org/bot123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
            "https://api.telegram.org/bot[secret]/getMe",
        ),
        ("xoxb-1-2-abc and xapp-1-A-b", "[secret] and [secret]"),
        ("key sk-abcdefgh1234, task-abcdefgh1234", "key [secret], task-abcdefgh1234"),
        ("Authorization: Bearer abc.def", "Authorization: [secret]"),
        ("socks5://ada:pass%40@proxy:1080", "socks5://[secret]proxy:1080"),
        ("wss://wss.slack.com/link/?ticket=12-ab&app_id=1", "wss://wss.slack.com/link/?[secret]"),
        ("https://hooks.slack.com/commands/T1/2/abc", "https://hooks.[secret]"),
        ("two\nlines \x1b[31m\u202e", "two lines  [31m "),
    ],
)
def test_what_looks_like_a_secret_is_one(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(
    st.recursive(st.text() | st.binary() | st.integers(), lambda inner: st.lists(inner, max_size=120), max_leaves=150)
)
def test_no_value_is_longer_than_a_screen_or_has_control_characters(value: object) -> None:
    items = [clean(value)]
    while items:
        item = items.pop()
        if isinstance(item, list):
            inner = cast("list[object]", item)
            assert len(inner) <= 100
            items += inner
        elif isinstance(item, str):
            assert len(item) <= 1_000
            assert item.isprintable()


def test_a_traceback_keeps_its_lines() -> None:
    assert clean(f"one\ntwo {SECRET}\x07", "exception") == "one\ntwo [secret] "


def test_a_lane_that_somebody_else_has_written_into_the_store_is_not_named() -> None:
    assert clean("tg:123:4!menu", "lane") == "tg:123:4!menu"
    assert clean("what Ada wrote", "lane") == "[foreign]"
