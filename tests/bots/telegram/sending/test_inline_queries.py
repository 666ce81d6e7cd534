"""Answering people who type behind the bot's name."""

from __future__ import annotations

import asyncio

import pytest

from bots.sandbox.telegram.simulator import TelegramSim
from bots.telegram.api.call_budget import CallBudget
from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.events.addressing import BotIdentity
from bots.telegram.sending.inline_queries import InlineQueries
from core.chat.port.incoming import Incoming
from core.chat.port.question_offer import QuestionOffer
from core.json_reader import Json
from tests.bots.telegram.open_rate_limiter import OpenRateLimiter

BOT = BotIdentity(123456, "wanjie_bot")
OFFER = QuestionOffer("Ask kimi", "Wait…", "Again")


def read(person: int, text: str, query: str = "1") -> Json:
    return {"update_id": 1, "inline_query": {"id": query, "from": {"id": person}, "query": text}}


async def test_of_what_a_person_types_the_newest_is_looked_up_however_much_it_is(sim: TelegramSim) -> None:
    asked = list[tuple[str, str]]()
    done = asyncio.Event()

    async def find_offer(incoming: Incoming) -> QuestionOffer:
        asked.append((incoming.sender.id, incoming.text))
        if len(asked) == 2:
            done.set()
        return OFFER

    budget = CallBudget(OpenRateLimiter())
    api = TelegramApi(sim.token, sim.base_url, sim.file_url)
    async with api, InlineQueries(api, BOT, find_offer, lambda person: RateLimitedChat(budget, person)) as queries:
        taken = [queries.take(read(7, "why" * (number + 1))) for number in range(500)]
        queries.take(read(8, "how?"))
        async with asyncio.timeout(60):
            await done.wait()
        others = queries.take({"update_id": 2, "message": {"text": "hi"}})

    assert all(taken)
    assert not others
    assert asked == [("7", "why" * 500), ("8", "how?")]


@pytest.mark.parametrize("question", ["why?", "x" * 256, "*a* <b> @everybody"])
async def test_the_message_that_is_sent_holds_the_question_as_typed(sim: TelegramSim, question: str) -> None:
    async def find_offer(_: Incoming) -> QuestionOffer:
        return OFFER

    budget, ann = CallBudget(OpenRateLimiter()), sim.user(7, "Ann")
    api = TelegramApi(sim.token, sim.base_url, sim.file_url)
    async with api, InlineQueries(api, BOT, find_offer, lambda person: RateLimitedChat(budget, person)) as queries:
        query = ann.ask_inline(question)
        queries.take(read(7, question, query.id))
        await sim.wait_for(lambda: query.results)
        message = ann.choose_inline(query, sim.private(ann))

    assert message.text.replace("\u2060", "") == f"{question}\n\nWait…"
    assert [button["text"] for button in message.buttons] == ["Again"]
    assert not sim.violations
