"""Too fast: nobody waits inside the port, and nothing is sent while it is no use."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.chat.port.errors import RateLimitedError
from tests.contracts.scene import FIRST, Scene, granted


async def test_a_rate_limited_platform_gets_no_calls_until_the_limit_ends(scene: Scene) -> None:
    begun = time.monotonic()
    scene.case.flood(scene.case.calls.whole, 3)
    with pytest.raises(RateLimitedError) as flooded:
        await scene.outbox.send_text("Hello")
    asked = scene.case.asked
    with pytest.raises(RateLimitedError) as again:
        await scene.outbox.send_text("Hello")
    with pytest.raises(RateLimitedError):
        await scene.outbox.update_page(FIRST, "Hello", final=True)
    asked_meanwhile = scene.case.asked
    await asyncio.sleep(again.value.retry_after)
    await granted(lambda: scene.outbox.send_text("Hello"))
    (said,) = scene.case.persona.steps()

    assert flooded.value.retry_after == 3
    assert 0 < again.value.retry_after <= 3
    assert asked_meanwhile == asked
    assert said.at - begun > 2.99


async def test_an_answer_with_refused_steps_is_finished(scene: Scene) -> None:
    page = await scene.show("One")
    scene.time.speed = 1000.0  # what was granted before counts no more, so it is the platform that refuses
    scene.case.flood(scene.case.calls.step, 1)
    with pytest.raises(RateLimitedError) as flooded:
        await scene.outbox.update_page(page, "One two", final=False)
    done = await scene.show("One two three", page=page, final=True)

    assert flooded.value.retry_after == 1
    assert done.done
    assert scene.screen() == ["One two three"]


async def test_our_rate_limiter_refuses_before_the_platform_does(scene: Scene) -> None:
    scene.case.enforce_limits()
    scene.time.speed = 1.0
    waits = [await _said(scene, f"{number}") for number in range(10)]
    said = scene.screen()

    assert waits[0] == 0
    assert all(wait < 5 for wait in waits)
    assert sum(wait > 0 for wait in waits) > 4  # a burst may be allowed, and one more in each second
    assert said == [f"{number}" for number, wait in enumerate(waits) if not wait]
    assert scene.case.floods == 0


async def _said(scene: Scene, text: str) -> float:
    """Say it, or return the seconds to wait."""
    try:
        await scene.outbox.send_text(text)
    except RateLimitedError as error:
        return error.retry_after
    return 0.0


@pytest.mark.needs("messages")
async def test_fast_steps_are_refused_by_our_rate_limiter_and_the_last_state_is_shown(scene: Scene) -> None:
    scene.case.enforce_limits()
    scene.time.speed = 1.0
    page = await scene.outbox.update_page(FIRST, "0", final=False)
    text, refused = "0", 0
    for number in range(1, 17):
        text += f" {number}"
        try:
            page = await scene.outbox.update_page(page, text, final=False)
        except RateLimitedError:
            refused += 1
    done = await scene.show(text, page=page, final=True)

    assert refused > 4
    assert done.done
    assert scene.screen() == [text]
    assert scene.case.floods == 0
