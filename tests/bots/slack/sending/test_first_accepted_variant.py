"""An answer of which Slack refuses some variants, against a simulated Slack over its sockets."""

from __future__ import annotations

import pytest

from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from tests.bots.slack.conftest import Scene

_STOP_BUTTON = (Button("⏹ Stop", "stop", "t1 U1"),)
_REASONING = "I think. "


async def _show(scene: Scene, page: Page, text: str, buttons: tuple[Button, ...], *, final: bool) -> Page:
    folded = len(_REASONING) if text.startswith(_REASONING) else 0
    return await run_with_retries(
        lambda: scene.outbox.update_page(page, text, final=final, folded=folded, buttons=buttons)
    )


def _block_types(scene: Scene) -> list[str]:
    return [block["type"] for block in scene.slack.messages(scene.channel, scene.question.ts)[-1].blocks]


async def test_a_page_with_refused_buttons_ends_as_markdown_without_them(scene: Scene) -> None:
    long = "**word** " * 499 + "**word**"
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    scene.slack.faults.fail("chat.postMessage", "invalid_blocks")
    page = await _show(scene, Page(start=0), long[:90], _STOP_BUTTON, final=False)

    assert _block_types(scene) == ["markdown"]

    await _show(scene, page, long, (), final=True)

    assert scene.texts == [long]
    assert _block_types(scene) == ["markdown"]


@pytest.mark.parametrize("buttons", [(), _STOP_BUTTON])
async def test_a_refused_variant_is_not_tried_again(scene: Scene, buttons: tuple[Button, ...]) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    scene.slack.faults.fail("chat.postMessage", "msg_too_long", times=2)
    page = await _show(scene, Page(start=0), _REASONING + "So", buttons, final=False)
    before = _block_types(scene)
    await _show(scene, page, _REASONING + "So it is.", buttons, final=True)
    tried = [call.method for call in scene.slack.calls if call.method in {"chat.postMessage", "chat.update"}]

    assert before == _block_types(scene) == ["markdown", *["actions" for _ in buttons]]
    assert tried == ["chat.postMessage"] * 3 + ["chat.update"]
