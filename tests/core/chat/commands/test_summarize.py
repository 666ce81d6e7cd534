"""Which messages `/summarize` is to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from core.chat.commands.summarize import SummarizeCommand, means_last_day, read_number
from core.chat.delivery.event_context import EventContext
from core.chat.port.capabilities import Capabilities
from core.chat.port.discussion import Discussion, DiscussionMessage
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.text.translations import Translations
from core.queue import Job
from tests.core.chat.outboxes import NoteScreen


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 50),
        ("100", 100),
        ("last 20 messages", 20),
        ("最近 30 条", 30),
        ("9999", 200),
        ("since yesterday", 200),
        ("Since  Yesterday", 200),
        ("昨天", 200),
        ("0", None),
        ("everything about cats", None),
    ],
)
def test_a_span_is_read_in_any_usual_form(text: str, number: int | None) -> None:
    assert read_number(text) == number


def test_a_day_is_told_from_everything() -> None:
    texts = ("Since  Yesterday", "今天", "all", "100", "")

    assert [means_last_day(text) for text in texts] == [True, True, False, False, False]


class ThreadScreen(NoteScreen):
    """A thread in which something was said in 1970."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(4000, 0.0, 0.0, threads_are_conversations=True)

    async def read_discussion(self, *, newest: int) -> Discussion:
        return Discussion((DiscussionMessage("Ada", 5, "Hi"),)[-newest:])


async def test_who_asks_for_the_last_day_of_an_old_thread_is_told_that_it_is_empty() -> None:
    screen, thread = ThreadScreen(), ChatRef("sl", "T1", "C1", "1.2")
    incoming = Incoming(thread, "e1", "1.5", Sender("U1", "Ada"), "today", command="summarize", thread="1.2")

    async def keep(_: Mapping[str, str]) -> bool:
        return False

    job = Job(lane=str(thread), event_id="e1", payload=b"", attempt=1, state={}, save_checkpoint=keep)
    context = EventContext(incoming, job, screen, Translations())
    await SummarizeCommand(cast("Any", None), cast("Any", None), max_tokens=1000).summarize(context)

    assert screen.texts == ["Nothing was said here in the last day that I could summarise."]
