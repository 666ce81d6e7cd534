"""An answer that begins in bold, against a simulated Slack over its sockets."""

from __future__ import annotations

import pytest

from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.port.retry_platform_calls import run_with_retries
from tests.bots.slack.conftest import Scene

_BUTTONS = (Button("⏹ Stop", "stop", "t1 U1"),)


async def _show(scene: Scene, *texts: str, buttons: tuple[Button, ...] = ()) -> Page:
    page = Page(start=0)
    for text in texts:
        shown = page
        page = await run_with_retries(
            lambda shown=shown, text=text: scene.outbox.update_page(shown, text, final=False, buttons=buttons)
        )
    return page


async def _finish(scene: Scene, page: Page, text: str) -> Page:
    return await run_with_retries(lambda: scene.outbox.update_page(page, text, final=True))


@pytest.mark.parametrize("buttons", [(), _BUTTONS])
async def test_first_words_are_bold_before_the_mark_is_closed_and_the_end_is_exact(
    scene: Scene, buttons: tuple[Button, ...]
) -> None:
    page = await _show(scene, "**Here", "**Here is", buttons=buttons)

    assert scene.texts == ["**Here**"]

    page = await run_with_retries(
        lambda: scene.outbox.update_page(page, "**Here is it** to you", final=False, buttons=buttons)
    )

    assert scene.texts == ["**Here** **is it** to you"]

    await _finish(scene, page, "**Here is it** to you all.")

    assert scene.texts == ["**Here is it** to you all."]
    assert scene.count("startStream", "appendStream", "stopStream", "update") == [1, 1, 1, 1]
    assert not scene.slack.violations


@pytest.mark.parametrize(
    "end", ["**Here", "**Here is", "**Here is\n\nall **of** it", "**Here***x", "**Here**", "**Heres** `**`", "**Here\n"]
)
async def test_each_end_is_exact(scene: Scene, end: str) -> None:
    page = await _show(scene, "**Here")
    await _finish(scene, page, end)

    assert [text.rstrip() for text in scene.texts] == [end.rstrip()]


async def test_an_answer_that_goes_on_otherwise_is_rewritten(scene: Scene) -> None:
    page = await _show(scene, "**Here")
    page = await run_with_retries(lambda: scene.outbox.update_page(page, "Quite another text", final=False))

    assert scene.texts == ["Quite another text"]

    await _finish(scene, page, "Quite another text.")

    assert scene.texts == ["Quite another text."]


async def test_without_streams_first_words_stay_until_more_is_sure(scene: Scene) -> None:
    scene.slack.faults.fail("chat.startStream", "unknown_method")
    page = await _show(scene, "1. **Here", "1. **Here is")

    assert scene.texts == ["1. **Here**"]
    assert page.mode == "edit"

    await _finish(scene, page, "1. **Here is")

    assert scene.texts == ["1. **Here is"]


async def test_a_closed_stream_with_first_words_is_rewritten(scene: Scene) -> None:
    page = await _show(scene, "**Here")
    scene.slack.faults.fail("chat.appendStream", "message_not_in_streaming_state")
    page = await run_with_retries(lambda: scene.outbox.update_page(page, "**Here is** i", final=False))
    scene.slack.faults.fail("chat.stopStream", "message_not_in_streaming_state")
    await _finish(scene, page, "**Here is** it")

    assert scene.texts == ["**Here is** it"]
