"""What is reached directly although a proxy is set."""

from __future__ import annotations

import pytest

from bots.slack.proxy import bypasses_proxy


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:80/api/", "ws://localhost/link", "http://[::1]/", "https://in.house/"]
)
def test_this_machine_and_its_neighbours_need_no_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "in.house")

    assert bypasses_proxy(url)


def test_slack_itself_is_reached_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:1")
    monkeypatch.setenv("NO_PROXY", "in.house")

    assert not bypasses_proxy("https://slack.com/api/")
