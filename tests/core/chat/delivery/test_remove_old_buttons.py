"""Which buttons of older answers go, and what becomes of those that cannot go yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from core.chat.delivery.answer_buttons import LAST_PART_MARK
from core.chat.delivery.remove_old_buttons import OldButtons
from core.chat.port.errors import (
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
)
from core.chat.port.menus import Button, ShownMessage
from core.chat.port.page import Page
from core.store import Conversations, HistoryMessage, ShownAnswers
from tests.core.chat.outboxes import NoOutbox

CHAT = "tg:1:2"
_LIFETIME = timedelta(days=1)


@dataclass
class _Screen(NoOutbox):
    """Remembers which buttons were left under which message; `script` holds errors that come first."""

    left: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    script: list[OutboxError] = field(default_factory=list[OutboxError])
    calls: int = 0
    meanwhile: Callable[[], Awaitable[None]] | None = None
    """What happens once while buttons are being removed."""

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        self.calls += 1
        if self.meanwhile is not None:
            step, self.meanwhile = self.meanwhile, None
            await step()
        if self.script:
            raise self.script.pop(0)
        self.left[shown.page.message_id] = [button.name for button in buttons]


@dataclass
class _Chat:
    """A chat whose answers are shown."""

    conversations: Conversations
    answers: ShownAnswers
    old_buttons: OldButtons
    screen: _Screen

    async def answer(self, uid: str, *, parts: bool = False, drop: int = 0) -> None:
        await self.show(uid, parts=parts)
        exchange = (HistoryMessage("user", "q"), HistoryMessage("assistant", "a", uid=uid))
        await self.conversations.append(CHAT, uid, exchange, drop=drop)

    async def show(self, uid: str, *, parts: bool = False) -> None:
        speak = Button("Speak", "speak", f"t 1 {LAST_PART_MARK}" if parts else "t 1")
        buttons = (Button("Continue", "continue", "t 1"), Button("Regenerate", "retry", "t 1"), speak)
        page = Page(start=0, message_id=uid, done=True, opened_at=float(uid))
        await self.old_buttons.remember(CHAT, uid, ShownMessage(page, "a", 0, buttons))

    async def clear(self) -> dict[str, list[str]]:
        """Take old buttons away; return what is left under each message that was changed."""
        self.old_buttons.start_removal(CHAT, self.screen)
        async with asyncio.timeout(60):
            while self.old_buttons.running:  # noqa: ASYNC110 - nothing tells of its end
                await asyncio.sleep(0.01)
        return self.screen.left


@pytest.fixture
async def chat(redis: Redis) -> AsyncGenerator[_Chat]:
    conversations = Conversations(redis, messages=10, lifetime=_LIFETIME)
    answers = ShownAnswers(redis, lifetime=_LIFETIME)
    async with aclosing(OldButtons(answers, conversations)) as old_buttons:
        yield _Chat(conversations, answers, old_buttons, _Screen())


async def test_only_the_newest_answer_keeps_all_its_buttons(chat: _Chat) -> None:
    for uid in ("1", "2", "3"):
        await chat.answer(uid)

    assert await chat.clear() == {"1": ["speak"], "2": ["speak"]}
    assert list(await chat.answers.list(CHAT)) == ["3"]


async def test_an_answer_that_broke_off_keeps_its_buttons_until_another_question_is_answered(chat: _Chat) -> None:
    await chat.answer("1")
    await chat.show("2")
    await chat.conversations.save_unanswered(CHAT, HistoryMessage("user", "q", uid="2"))
    before = dict(await chat.clear())
    await chat.answer("3")

    assert before == {}
    assert await chat.clear() == {"1": ["speak"], "2": ["speak"]}


async def test_a_long_answer_keeps_its_speak_button_while_it_is_remembered(chat: _Chat) -> None:
    await chat.answer("1", parts=True)
    await chat.answer("2", parts=True)
    await chat.answer("3", drop=2)

    assert await chat.clear() == {"1": ["speak"], "2": []}


async def test_after_a_new_conversation_no_answer_can_be_regenerated(chat: _Chat) -> None:
    await chat.answer("1")
    await chat.conversations.clear_history(CHAT)

    assert await chat.clear() == {"1": ["speak"]}


async def test_buttons_that_become_old_during_a_removal_are_removed_as_well(chat: _Chat) -> None:
    await chat.answer("1")
    await chat.answer("2")

    async def forget() -> None:
        await chat.conversations.clear_history(CHAT)
        chat.old_buttons.start_removal(CHAT, chat.screen)

    chat.screen.meanwhile = forget

    assert await chat.clear() == {"1": ["speak"], "2": ["speak"]}


async def test_rate_limited_removals_of_buttons_are_done_later(chat: _Chat) -> None:
    await chat.answer("1")
    await chat.answer("2")
    chat.screen.script = [RateLimitedError(0.05), RateLimitedError(0.05)]

    assert await chat.clear() == {"1": ["speak"]}


async def test_failed_removals_of_buttons_are_repeated_after_the_next_answer(chat: _Chat) -> None:
    await chat.answer("1")
    await chat.answer("2")
    chat.screen.script = [PlatformUnreachableError("away")]
    before = dict(await chat.clear())
    await chat.answer("3")

    assert before == {}
    assert await chat.clear() == {"1": ["speak"], "2": ["speak"]}


@pytest.mark.parametrize("error", [RecipientGoneError("deleted"), UneditableError("too old")])
async def test_an_uneditable_message_is_given_up(chat: _Chat, error: OutboxError) -> None:
    await chat.answer("1")
    await chat.answer("2")
    chat.screen.script = [error]
    await chat.clear()

    assert await chat.clear() == {}
    assert chat.screen.calls == 1


async def test_the_number_of_remembered_old_answers_is_limited(chat: _Chat) -> None:
    for number in range(30):
        await chat.answer(str(number))

    assert sorted(map(int, await chat.clear())) == list(range(9, 29))


async def test_a_closing_process_leaves_pending_removals_to_the_next(chat: _Chat, redis: Redis) -> None:
    await chat.answer("1")
    await chat.answer("2")
    chat.screen.script = [RateLimitedError(20)]
    chat.old_buttons.start_removal(CHAT, chat.screen)
    async with asyncio.timeout(60):
        while chat.screen.script:  # noqa: ASYNC110 - nothing tells of the refusal
            await asyncio.sleep(0.01)
    await chat.old_buttons.aclose()
    chat.old_buttons = OldButtons(ShownAnswers(redis, lifetime=_LIFETIME), chat.conversations)

    assert await chat.clear() == {"1": ["speak"]}
