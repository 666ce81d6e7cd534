"""What an answer held is freed with its end: a question's pictures and history do not wait for a garbage collection."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Generator
from dataclasses import replace

import pytest

from bots.sandbox.wanjie.simulator import WanjieSim
from core.build_service import Service
from core.chat.answer.stream_answer import AnswerWriter
from core.chat.delivery.activity_indicator import ActivityIndicator
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Button, ShownMessage
from core.chat.port.outbox import Activity, Outbox
from core.chat.port.page import Page
from core.chat.port.platform import Platform
from core.metrics import Metrics
from core.settings import Settings
from core.store import HistoryMessage
from core.tracing import NO_TRACER
from core.wanjie import WanjieClient
from tests.core.chat.outboxes import NoOutbox
from tests.core.queue.scripted_handler import wait_until
from tests.core.settings.conftest import PLATFORMS


class _Chat(NoOutbox, Platform):
    """A private chat in which everything succeeds."""

    name = "tg"

    def __init__(self) -> None:
        self.answers = list[str]()

    def read(self, payload: bytes) -> Incoming | None:
        chat, event = ChatRef("tg", "1", "7"), payload.decode()
        return Incoming(chat, event, event, Sender("7", "Ada"), f"question {event}", direct=True, addressed=True)

    def outbox(self, incoming: Incoming) -> Outbox:
        assert incoming.direct
        return self

    def position_marker(self) -> str:
        return ""

    async def find_lost_message(self, page: Page) -> Page:
        return page

    async def show_activity(self, doing: Activity = "writing") -> None:
        assert doing

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        del shown, buttons

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        assert (folded, bool(buttons)) == (0, True)
        self.answers += [text] if final else []
        return replace(page, message_id="1", done=final)


@pytest.fixture
def without_collections() -> Generator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _is_held() -> bool:
    return any(isinstance(each, AnswerWriter | ActivityIndicator | HistoryMessage) for each in gc.get_objects())


@pytest.mark.usefixtures("without_collections")
async def test_nothing_of_an_answer_waits_for_a_garbage_collection(
    sim: WanjieSim, client: WanjieClient, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANJIE_API_KEY", sim.script.key)
    monkeypatch.setenv("WANJIE_BASE_URL", sim.base_url)
    monkeypatch.setenv("WANJIE_DEFAULT_MODEL", "deepseek-v3")
    monkeypatch.setenv("CONSOLE_TOKEN", "con-test")
    monkeypatch.setenv("ACCESS_MODE", "open")
    sim.script.first_token_delay = 0.1  # the indicator is shown meanwhile
    service = Service(Settings(PLATFORMS), redis_url, client, Metrics(), NO_TRACER, exclusive=True)
    chat = _Chat()
    worker = service.worker({"tg": chat})
    working = asyncio.create_task(worker.run())
    for number in ("1", "2"):
        await service.reception.receive(chat, number.encode())
        await wait_until(lambda: len(chat.answers) == int(number))  # noqa: B023 - waited for at once

    await wait_until(lambda: not _is_held())
    await worker.drain(1)
    await working
    await service.aclose()

    assert chat.answers == ["one two three"] * 2
