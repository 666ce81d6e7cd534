"""What the check says of the machine's clock and disk."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.check_machine import check_clock, check_disk, compute_skew, judge_clock, judge_disk
from core.settings import NO_PROXIES

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Fri, 02 Jan 2026 03:02:35 GMT", 90),
        ("Fri, 02 Jan 2026 03:04:35 -0000", -30),
        ("Fri, 02 Jan 2026 04:04:05 +0100", 0),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_date_of_a_response_is_compared_with_the_clock(date: str, seconds: float | None) -> None:
    assert compute_skew(date, NOW) == seconds


@pytest.mark.parametrize(
    ("skews", "words"),
    [
        ([], ""),
        ([(60.0, "Wanjie")], ""),
        ([(300.0, "Wanjie"), (2.0, "Slack")], ""),
        ([(300.0, "Wanjie"), (61.0, "Slack")], "61 s ahead of the one of Slack"),
        ([(-3600.0, "Telegram")], "3600 s behind the one of Telegram"),
    ],
)
def test_a_clock_that_no_service_agrees_with_is_reported(skews: list[tuple[float, str]], words: str) -> None:
    found = judge_clock(skews)

    assert [words in finding.text for finding in found] == ([True] if words else [])
    assert not any(finding.is_failure for finding in found)


async def test_services_are_asked_for_their_time_without_a_key_or_a_path() -> None:
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(status=404, headers={"Date": format_datetime(datetime.now(UTC) + timedelta(hours=1))})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        url = str(server.make_url("/bot"))
        found = await check_clock({"Telegram": (url, NO_PROXIES), "away": ("http://127.0.0.1:1", NO_PROXIES)})

    assert "behind the one of Telegram" in found[0].text
    assert [(request.method, request.path) for request in asked] == [("HEAD", "/")]


def test_little_room_is_reported(tmp_path: Path) -> None:
    assert judge_disk(200 * 1024 * 1024, tmp_path) == []
    assert "199 MB" in judge_disk(200 * 1024 * 1024 - 1, tmp_path)[0].text
    assert check_disk(tmp_path / "not" / "there") == check_disk(tmp_path)
