"""Nobody there, or a platform that is down: said in the core's words, and never in others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from core.chat.port.errors import PlatformUnreachableError, RecipientGoneError
from core.chat.port.incoming import Sender
from core.chat.port.menus import Menu, Option
from core.chat.port.page import Page
from tests.contracts.scene import FIRST, Scene, granted

_MENU = Menu("model", "Which?", (Option("One", "1"),))
_NOWHERE = "http://127.0.0.1:1/"
"""A port at which nobody listens."""
_FAULTS = pytest.mark.parametrize("fault", ["break_down", "lose_answer"])


async def test_a_chat_that_removed_the_bot_raises_recipient_gone(scene: Scene) -> None:
    page = await scene.show("One")
    scene.case.expel()

    for act in _acts(scene, page):
        with pytest.raises(RecipientGoneError):
            await granted(act)
    assert len(scene.messages()) == 1


def _acts(scene: Scene, page: Page) -> list[Callable[[], Awaitable[object]]]:
    outbox = scene.outbox
    return [
        lambda: outbox.update_page(FIRST, "Two", final=False),
        lambda: outbox.update_page(FIRST, "Two", final=True),
        lambda: outbox.update_page(page, "One two", final=False),
        lambda: outbox.update_page(page, "One two", final=True),
        lambda: outbox.send_text("Hello"),
        lambda: outbox.show_menu(_MENU),
    ]


async def test_a_deleted_message_does_not_mean_that_the_chat_is_gone(scene: Scene) -> None:
    page = await scene.show("One")
    await scene.case.delete(page.message_id)

    with pytest.raises(RecipientGoneError):
        await granted(lambda: scene.outbox.update_page(page, "One two", final=False))
    with pytest.raises(RecipientGoneError):
        await granted(lambda: scene.outbox.update_page(page, "One two three", final=True))
    await granted(lambda: scene.outbox.send_text("Hello"))
    assert scene.screen() == ["Hello"]


@_FAULTS
async def test_an_outage_raises_platform_unreachable(scene: Scene, fault: str) -> None:
    strike: Callable[[str], None] = getattr(scene.case, fault)
    page = await scene.show("One")
    calls = scene.case.calls
    methods = [calls.first, calls.whole, calls.step, calls.last, calls.whole, calls.whole]

    for method, act in zip(methods, _acts(scene, page), strict=True):
        strike(method)
        with pytest.raises(PlatformUnreachableError):
            await granted(act)


@_FAULTS
async def test_after_an_outage_during_a_step_the_text_is_shown_once_and_complete(scene: Scene, fault: str) -> None:
    strike: Callable[[str], None] = getattr(scene.case, fault)
    page = await scene.show("One")
    strike(scene.case.calls.step)
    with pytest.raises(PlatformUnreachableError):
        await granted(lambda: scene.outbox.update_page(page, "One two", final=False))
    done = await scene.show("One two three", page=page, final=True)

    assert done.done
    assert scene.screen() == ["One two three"]
    assert scene.messages() == [page.message_id]


@_FAULTS
async def test_after_an_outage_at_the_end_the_text_is_shown_once_and_complete(scene: Scene, fault: str) -> None:
    strike: Callable[[str], None] = getattr(scene.case, fault)
    page = await scene.show("One", "One two")
    strike(scene.case.calls.last)
    with pytest.raises(PlatformUnreachableError):
        await granted(lambda: scene.outbox.update_page(page, "One two three", final=True))
    done = await scene.show("One two three", page=page, final=True)

    assert done.done
    assert scene.screen() == ["One two three"]
    assert scene.messages() == [page.message_id]


async def test_a_refused_connection_raises_platform_unreachable(scene: Scene) -> None:
    page = await scene.show("One")
    async with scene.elsewhere(_NOWHERE) as cut_off:
        scene.outbox = cut_off.outbox(scene.incoming)
        for act in _acts(scene, page):
            with pytest.raises(PlatformUnreachableError):
                await granted(act)
        await scene.outbox.show_activity()
        stranger = replace(scene.incoming, sender=Sender("U1"))

        assert await cut_off.enrich(stranger, sender_only=True) == stranger


async def test_activity_is_skipped_when_our_rate_limit_is_used_up(scene: Scene) -> None:
    scene.time.speed, scene.time.reserve = 1.0, 1_000_000
    await scene.outbox.show_activity()
    await scene.platform.enrich(scene.incoming)
    asked = scene.case.asked
    await scene.outbox.show_activity()
    stranger = replace(scene.incoming, sender=Sender("U1"))

    assert await scene.platform.enrich(stranger) == stranger
    assert scene.case.asked == asked


@pytest.mark.parametrize("fault", ["break_down", "lose_answer", "flood"])
async def test_cosmetic_calls_never_fail(scene: Scene, fault: str) -> None:
    ways: dict[str, Callable[[str], None]] = {
        "break_down": scene.case.break_down,
        "lose_answer": scene.case.lose_answer,
        "flood": lambda method: scene.case.flood(method, 7),
    }
    for method in filter(None, (scene.case.calls.sign, scene.case.calls.person)):
        ways[fault](method)
    await scene.outbox.show_activity()
    await scene.outbox.show_activity()

    assert (await scene.platform.enrich(scene.incoming)).sender.id == scene.case.sender_id


async def test_cosmetic_calls_do_not_fail_in_a_chat_that_is_gone(scene: Scene) -> None:
    scene.case.expel()
    await scene.outbox.show_activity()

    assert (await scene.platform.enrich(scene.incoming)).sender.id == scene.case.sender_id
