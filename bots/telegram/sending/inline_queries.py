"""Answering people who type behind the bot's name in any chat: at once, and without storing anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self, TypeAlias

import structlog

from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.events.addressing import BotIdentity
from bots.telegram.events.inline_messages import parse_inline_query
from core.chat.port.errors import OutboxError
from core.chat.port.incoming import Incoming
from core.chat.port.press_limit import PressLimit
from core.chat.port.question_offer import QuestionOffer
from core.chat.port.retry_platform_calls import run_with_retries
from core.json_reader import Json, get_object
from core.redis import STORE_ERRORS

from .inline_results import build_results

FindOffer: TypeAlias = Callable[[Incoming], Awaitable[QuestionOffer | None]]
"""Says what may be asked while somebody types; may raise a `STORE_ERRORS`."""


async def offer_nothing(_: Incoming) -> QuestionOffer | None:
    """Offer nobody anything."""
    return None


_log = structlog.get_logger()
_RETRY_DELAY = 0.5
"""Seconds until a person who types very fast is looked at again."""
_TIMEOUT = 20.0
"""Seconds after which an answer is not worth the trouble; Telegram takes none after 30."""


class InlineQueries:
    """Answers the newest query of each person; use it within `async with`.

    Clients send a query with each letter, and only the last one counts. So a person has one query at a time, and their
    queries are limited as presses are: the newest waits for its turn.
    """

    def __init__(
        self, api: TelegramApi, bot: BotIdentity, find_offer: FindOffer, open_chat: Callable[[int], RateLimitedChat]
    ) -> None:
        """`open_chat` returns the calls that belong to a person."""
        self._api = api
        self._bot = bot
        self._find_offer = find_offer
        self._open_chat = open_chat
        self._limit = PressLimit()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def take(self, update: Json) -> bool:
        """Begin to answer an inline query; return whether the update is one."""
        query = get_object(update, "inline_query")
        if not query:
            return False
        incoming = parse_inline_query(query, self._bot)
        person = incoming.sender.id
        if former := self._tasks.get(person):
            former.cancel()
        task = self._tasks[person] = asyncio.create_task(self._answer_in_turn(incoming))
        task.add_done_callback(lambda done: self._forget(person, done))
        return True

    def _forget(self, person: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(person) is task:
            del self._tasks[person]

    async def _answer_in_turn(self, incoming: Incoming) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT):
                while not self._limit.admits(incoming.sender.id):  # noqa: ASYNC110 - time alone gives way
                    await asyncio.sleep(_RETRY_DELAY)
                await self._answer(incoming)
        except (*STORE_ERRORS, OutboxError, TimeoutError) as error:
            _log.warning("an inline query was not answered", error=error)

    async def _answer(self, incoming: Incoming) -> None:
        results = build_results(await self._find_offer(incoming), incoming.text)
        calls = self._open_chat(int(incoming.sender.id))

        async def answer(_: int) -> None:
            await self._api.answer_inline_query(
                incoming.event_id, results.articles, cache_time=0, is_personal=True, button=results.button
            )

        person = incoming.sender.id
        await run_with_retries(lambda: calls.call_for_press(answer, person=person), retries_outages=False)
