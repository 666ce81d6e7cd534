"""Whatever ends the delivery of an answer, no message is left growing, streaming or with a Stop button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress

import pytest

from core.chat.delivery.answer_buffer import as_stream
from core.chat.delivery.answer_buttons import PageButtons
from core.chat.delivery.answer_pages import deliver
from core.chat.delivery.answer_text import TextChunk
from core.chat.delivery.close_failed_pages import closing_pages
from core.chat.delivery.delivery_checkpoint import DeliveryCheckpoint
from core.chat.port.errors import ContentRejectedError
from core.chat.port.menus import Button
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from tests.contracts.scene import Scene

_BUTTONS = PageButtons((Button("Stop", "stop", "t1 1001"),), lambda _, __: (Button("Regenerate", "retry", "t1 1001"),))


class Failing:
    """An outbox whose steps fail at one stage: the first, a later one, the last, or each one with these words."""

    def __init__(self, outbox: Outbox, stage: str, error: Exception) -> None:
        self._outbox, self._stage, self._error = outbox, stage, error
        self._steps = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._outbox, name)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        self._steps += 1
        fails = {
            "first step": self._steps == 1,
            "later step": self._steps == 2,
            "last step": final and self._steps < 4,
            "every last step": final and "words" in text,
        }
        if fails.get(self._stage):
            raise self._error
        return await self._outbox.update_page(page, text, final=final, folded=folded, buttons=buttons)


class Store:
    """A checkpoint that fails at one of its writes."""

    def __init__(self, fails_at: int, error: Exception) -> None:
        self.state: Mapping[str, str] = {}
        self._fails_at, self._error, self._writes = fails_at, error, 0

    async def checkpoint(self, **fields: str) -> None:
        self._writes += 1
        if self._writes == self._fails_at:
            raise self._error
        self.state = {**self.state, **fields}


async def _stream(scene: Scene, stage: str, error: Exception) -> AsyncGenerator[TextChunk]:
    if stage == "stream before words":
        raise error
    yield TextChunk("Some words ")
    await scene.case.persona.until(lambda: stage == "first step" or scene.screen() or stage == "write 1")
    yield TextChunk("and more words ")
    await asyncio.sleep(0.05)
    if stage == "stream after words":
        raise error
    yield TextChunk("to the end.")


@pytest.mark.needs("set_buttons")
@pytest.mark.parametrize("error", [RecursionError(), ContentRejectedError("refused")], ids=repr)
@pytest.mark.parametrize(
    "stage",
    [
        *("stream before words", "stream after words", "first step", "later step", "last step", "every last step"),
        *("write 1", "write 2", "write 3"),
    ],
)
async def test_nothing_is_left_growing(scene: Scene, stage: str, error: Exception) -> None:
    store = Store(int(stage[-1]) if stage.startswith("write") else 0, error)
    outbox: Outbox = Failing(scene.outbox, stage, error)  # type: ignore[assignment]
    checkpoint = DeliveryCheckpoint(store)

    async def show(stream: AsyncGenerator[TextChunk], *, whole: bool = True) -> None:
        await deliver(stream, outbox, checkpoint, stopped=asyncio.Event(), whole_answer=whole, buttons=_BUTTONS)

    with suppress(type(error)):
        async with closing_pages(outbox, checkpoint, lambda: show(as_stream(checkpoint.longest), whole=False)):
            await show(_stream(scene, stage, error))

    assert scene.case.streaming() == 0
    assert "Stop" not in scene.case.persona.all_buttons()
    for text in scene.screen():
        assert text.strip() == "…" or "words" in text
