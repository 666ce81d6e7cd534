"""What a page shows before its message is posted leaves nothing behind, and never stands beside the message."""

from __future__ import annotations

import asyncio

import pytest

from core.chat.port.errors import RateLimitedError
from tests.contracts.scene import FIRST, Scene


async def test_a_step_leaves_a_message_or_is_a_preview(scene: Scene) -> None:
    is_preview = scene.outbox.previews(FIRST)
    page = await scene.show("One", "One two")
    shown = scene.screen()
    done = await scene.show("One two three", page=page, final=True)

    assert page.previewed is is_preview
    assert not (page.previewed and page.message_id)
    assert shown in ([], ["One two"])  # a platform may show an answer at its end only
    assert scene.screen() == ["One two three"]
    assert (done.previewed, done.done) == (False, True)
    assert not scene.outbox.previews(done)


@pytest.mark.needs("previews")
async def test_a_preview_leaves_no_message_to_whoever_takes_over(scene: Scene) -> None:
    page = await scene.show("One", "One two")
    scene.outbox = scene.anew()
    page = await scene.show("Another", "Another two", page=page)
    await scene.show("Another two three", page=page, final=True)

    assert scene.screen() == ["Another two three"]
    assert len(scene.messages()) == 1


@pytest.mark.needs("show_activity")
async def test_a_sign_of_activity_never_brings_a_preview_back(scene: Scene) -> None:
    page = await scene.show("One")
    await asyncio.gather(scene.outbox.show_activity(), scene.show("One two", page=page, final=True))
    await scene.outbox.show_activity()

    assert scene.screen() == ["One two"]


@pytest.mark.needs("previews")
async def test_previews_are_refused_by_our_rate_limiter_before_the_platform_does(scene: Scene) -> None:
    scene.case.enforce_limits()
    scene.time.speed = 1.0
    page, text, refused = FIRST, "0", 0
    for number in range(1, 30):
        text += f" {number}"
        try:
            page = await scene.outbox.update_page(page, text, final=False)
        except RateLimitedError:
            refused += 1
    await scene.show(text, page=page, final=True)

    assert 10 <= refused < 20
    assert scene.screen() == [text]
    assert scene.case.floods == 0


async def test_a_step_that_has_its_turn_is_not_delayed(scene: Scene) -> None:
    assert scene.outbox.get_step_delay(FIRST) == 0
