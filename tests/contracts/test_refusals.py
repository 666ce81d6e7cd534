"""What a platform refuses: the whole answer stands all the same, as long as there is any way to show it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

import pytest

from bots.slack.sending import message_state
from core.chat.delivery.answer_buffer import as_stream
from core.chat.delivery.answer_buttons import NO_BUTTONS, PageButtons
from core.chat.delivery.answer_pages import deliver
from core.chat.delivery.answer_text import AnswerText
from core.chat.delivery.delivery_checkpoint import DeliveryCheckpoint
from core.chat.port.errors import ContentRejectedError, RecipientGoneError
from core.chat.port.menus import Button, Menu, Option
from core.chat.port.page import Page
from tests.contracts.media import album
from tests.contracts.scene import FIRST, Scene, granted

_ANSWER = "One **two** three"
_BUTTONS = (Button("Again", "again", "t1 1001"),)


@dataclass
class Checkpoint:
    """What a turn keeps."""

    state: Mapping[str, str] = field(default_factory=dict[str, str])

    async def checkpoint(self, **fields: str) -> None:
        self.state = {**self.state, **fields}


async def _deliver(scene: Scene, page: Page = FIRST, *, buttons: PageButtons = NO_BUTTONS, text: str = _ANSWER) -> None:
    """Show the whole text as the core does, from what stands of it."""
    begun = Checkpoint({"pages": json.dumps([asdict(page)])} if page.message_id else {})
    async with asyncio.timeout(60):
        await deliver(
            as_stream(AnswerText(text)),
            scene.outbox,
            DeliveryCheckpoint(begun),
            stopped=asyncio.Event(),
            buttons=buttons,
        )


async def _grow(scene: Scene, text: str, page: Page = FIRST) -> Page:
    """Show a step as the core does: one that is refused is skipped."""
    try:
        return await granted(lambda: scene.outbox.update_page(page, text, final=False, buttons=_BUTTONS))
    except ContentRejectedError:
        return page


def _plain(scene: Scene) -> list[str]:
    return [answer.replace("**", "") for answer in scene.screen()]


@pytest.mark.parametrize("harness", ["first", "step", "last"])
async def test_an_answer_is_complete_whichever_step_is_refused(
    scene: Scene, harness: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_state, "_CONFLICT_RETRY_DELAY", 0.01)
    scene.time.speed, calls = 10_000, scene.case.calls
    for reason in (*scene.case.reasons.other_way, *scene.case.reasons.uneditable):
        scene.outbox = scene.anew()
        earlier = len(scene.screen())
        if harness == "first" and calls.first != calls.whole:
            scene.case.refuse(calls.first, reason)
        page = await _grow(scene, "One")
        if harness == "step":
            scene.case.refuse(calls.step, reason)
        page = await _grow(scene, "One **two**", page)
        if harness == "last" and calls.last != calls.whole:
            scene.case.refuse(calls.last, reason)
        await _deliver(scene, page, buttons=PageButtons(finished=lambda _, __: _BUTTONS))
        scene.case.relent()

        assert (reason, _plain(scene)[earlier:]) == (reason, ["One two three"])
        assert (reason, scene.case.streaming()) == (reason, 0)


@pytest.mark.parametrize("harness", ["sentence", "menu", "answer"])
async def test_after_any_refusal_the_text_is_tried_alone(scene: Scene, harness: str) -> None:
    scene.time.speed = 10_000
    menu = Menu("model", "Which **one**?", (Option("Two", "2"),))
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "sentence": lambda: scene.outbox.send_text("Which **one**?"),
        "menu": lambda: scene.outbox.show_menu(menu),
        "answer": lambda: scene.outbox.update_page(FIRST, "Which **one**?", final=True),
    }
    for reason in scene.case.reasons.other_way:
        scene.outbox = scene.anew()
        scene.case.refuse(scene.case.calls.whole, reason, times=1)
        await granted(ways[harness])

        assert (reason, "Which" in scene.screen()[-1]) == (reason, True)
        assert (reason, "one?" in _plain(scene)[-1]) == (reason, True)


@pytest.mark.parametrize("harness", ["first", "step", "last", "whole"])
async def test_a_rate_limit_without_status_429_is_waited_for(scene: Scene, harness: str) -> None:
    scene.time.speed = 10_000
    for reason in scene.case.reasons.limits:
        earlier, scene.outbox = len(scene.screen()), scene.anew()
        page = FIRST if harness in {"first", "whole"} else await _grow(scene, "One")
        scene.case.refuse(getattr(scene.case.calls, harness), reason, times=1)
        page = page if harness == "whole" else await _grow(scene, "One **two**", page)
        await _deliver(scene, page)

        assert (reason, _plain(scene)[earlier:]) == (reason, ["One two three"])


@pytest.mark.parametrize("harness", ["first", "last", "whole"])
async def test_an_answer_ends_when_its_recipient_is_gone(scene: Scene, harness: str) -> None:
    scene.time.speed, calls = 10_000, scene.case.calls
    for reason in scene.case.reasons.gone:
        page = await _grow(scene, "One") if harness == "last" else FIRST
        for method in {getattr(calls, harness), calls.whole}:
            scene.case.refuse(method, reason)
        with pytest.raises(RecipientGoneError):
            await _deliver(scene, page)
        scene.case.relent()


async def test_the_last_state_is_shown_soon_after_two_lost_responses(scene: Scene) -> None:
    page = await scene.show("One")
    scene.time.speed, begun = 1.0, time.monotonic()
    for _ in range(2):
        scene.case.lose_answer(scene.case.calls.last)
    await _deliver(scene, page)

    assert _plain(scene) == ["One two three"]
    assert time.monotonic() - begun < 40


@pytest.mark.needs("send_media")
async def test_refused_pictures_are_sent_as_files(scene: Scene) -> None:
    scene.time.speed = 10_000
    for number, reason in enumerate(scene.case.reasons.other_way[-2:]):
        scene.outbox = scene.anew()
        scene.case.refuse(scene.case.calls.picture, reason, times=2)
        page = replace(scene.sending(), media=True)
        await granted(lambda page=page: scene.outbox.send_media(page, album(1)))
        scene.case.relent()

        assert (reason, len(scene.case.persona.posts())) == (reason, number + 1)
