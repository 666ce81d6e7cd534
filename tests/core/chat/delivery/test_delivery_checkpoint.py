"""What is saved of an answer, and how often."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from core.chat.delivery.answer_buffer import as_stream
from core.chat.delivery.answer_pages import deliver
from core.chat.delivery.answer_text import AnswerText
from core.chat.delivery.delivery_checkpoint import DeliveryCheckpoint
from core.chat.port.page import Page
from tests.core.chat.outboxes import NoOutbox

PAGE = Page(start=0, message_id="7", mode="post", shown=3, length=3, opened_at=5.0)


class Store:
    """A job's checkpoint that counts the calls."""

    def __init__(self) -> None:
        self.state: dict[str, str] = {}
        self.calls: list[set[str]] = []

    async def checkpoint(self, **fields: str) -> None:
        self.calls.append(set(fields))
        self.state |= fields


class Screen(NoOutbox):
    """Shows one message."""

    async def update_page(self, page: Page, text: str, *, final: bool, **_: object) -> Page:
        return replace(page, message_id="7", shown=len(text), done=final)


async def test_pages_are_read_as_they_were_saved() -> None:
    store = Store()
    await DeliveryCheckpoint(store).save([PAGE, replace(PAGE, start=3)], AnswerText("abc"))
    taken_over = DeliveryCheckpoint(store)

    assert json.loads(store.state["pages"])[0]["message_id"] == "7"
    assert taken_over.pages == [
        replace(PAGE, adopted=True, opened_at=0.0),
        replace(PAGE, start=3, adopted=True, opened_at=0.0),
    ]


async def test_what_was_saved_a_moment_ago_is_not_saved_again() -> None:
    store = Store()
    checkpoint = DeliveryCheckpoint(store)
    for _ in range(2):
        await checkpoint.save([PAGE], AnswerText("abc"))

    assert len(store.calls) == 1

    await checkpoint.save([replace(PAGE, shown=4)], AnswerText("abc"))
    await checkpoint.save([replace(PAGE, shown=4)], AnswerText("abcd"))
    checkpoint.note("reason", "stop")
    await checkpoint.save([replace(PAGE, shown=4)], AnswerText("abcd"))

    assert len(store.calls) == 4
    assert store.state["reason"] == "stop"


async def test_a_process_that_was_paused_proves_its_claim_though_nothing_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store()
    checkpoint = DeliveryCheckpoint(store)
    await checkpoint.save([PAGE], AnswerText("abc"))
    later = checkpoint.saved_at + 1
    monkeypatch.setattr("core.chat.delivery.delivery_checkpoint.monotonic", lambda: later)
    await checkpoint.save([PAGE], AnswerText("abc"))

    assert len(store.calls) == 2


async def test_the_whole_text_is_saved_with_the_pages_before_its_last_state_is_shown() -> None:
    store = Store()
    checkpoint = DeliveryCheckpoint(store)
    await checkpoint.save([PAGE], AnswerText())
    checkpoint.note("reason", "stop")
    store.calls.clear()
    await deliver(as_stream(AnswerText("abc")), Screen(), checkpoint, stopped=asyncio.Event())

    assert store.calls == [{"reason", "text", "thought", "pages"}, {"pages"}]
