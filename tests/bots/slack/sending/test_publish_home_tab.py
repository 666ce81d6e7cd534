"""The Home tab against a simulated Slack: what it refuses, and how often it is asked."""

from __future__ import annotations

import pytest

from bots.sandbox.slack.blocks.text import visible_text
from core.chat.port.errors import ContentRejectedError, RateLimitedError
from core.chat.port.home import HomeSection
from core.chat.port.menus import Menu, Option
from tests.bots.slack.conftest import Scene

_MENU = Menu("reasoning", "How much?", (Option("Off", "off"), Option("Full", "full", current=True)))
_SECTIONS = (HomeSection("", ("Hi",)), HomeSection("Settings", (_MENU,)))


def _types(scene: Scene) -> list[str]:
    return [block["type"] for block in scene.slack.views.homes[scene.ann.id]["blocks"]]


async def test_a_tab_whose_blocks_slack_refuses_is_shown_without_menus(scene: Scene) -> None:
    scene.slack.faults.fail("views.publish", "invalid_arguments")
    await scene.outbox.show_home(_SECTIONS)

    assert _types(scene) == ["section", "divider", "header", "section"]
    assert "How much?" in visible_text(scene.slack.views.homes[scene.ann.id]["blocks"])

    await scene.outbox.show_home(_SECTIONS)

    assert _types(scene)[-1] == "actions"


async def test_an_app_without_a_home_tab_is_told_of(scene: Scene) -> None:
    scene.slack.rules.home_tab = False
    with pytest.raises(ContentRejectedError, match="not_enabled"):
        await scene.outbox.show_home(_SECTIONS)


async def test_one_person_s_tab_is_published_twenty_times_a_minute_at_most(scene: Scene) -> None:
    for _ in range(20):
        await scene.outbox.show_home(_SECTIONS)
    with pytest.raises(RateLimitedError):
        await scene.outbox.show_home(_SECTIONS)

    assert scene.slack.count("views.publish") == 20
    assert not scene.slack.floods
