"""Direct messages on Slack whose threads are conversations of their own."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.button_steps import AGAIN, SPEAK, offers
from tests.scenarios.conversation_steps import asked, beginning, echo, last_asked, says, until_asked
from tests.scenarios.store_steps import find


async def find_histories(redis: Redis, words: str) -> list[str]:
    return [key for key in await find(redis, words) if key.startswith("h:")]


async def opens(persona: SlackPersona, text: str) -> SlackPersona:
    """Ask in a new chat, and open its thread."""
    persona.root = None
    await persona.say(text)
    await says(persona, f"answer to {text}")
    question = [message for message in persona.user.sees(persona.channel) if message.text == text][-1]
    return persona.open_thread(question.root)


async def test_with_agents_each_new_chat_is_a_conversation(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    harness.slack.rules.agent_sessions = True
    harness.wanjie.script.answer = echo
    await harness.start()
    await harness.ready()
    lin = harness.direct()
    tea, coffee = await opens(lin, "tea"), await opens(lin, "coffee")
    await tea.say("more")
    await says(tea, "answer to more")
    assert last_asked(harness) == ["tea", "answer to tea", "more"]
    await offers(tea, AGAIN, SPEAK)
    await tea.press(AGAIN)
    await until_asked(harness, 4)
    assert last_asked(harness) == ["tea", "answer to tea", "more"]

    await lin.say("/model kimi-k2")
    await says(lin, "in this direct message and its threads")
    await coffee.say("!model deepseek-v3")
    await says(coffee, "in this thread")
    await lin.say("/new")
    await says(lin, "Write `!new` in the thread")
    await tea.say("!new")
    await says(tea, "New conversation")
    for chat, text in ((tea, "green"), (coffee, "black")):
        await chat.say(text)
        await says(chat, f"answer to {text}")
    models = [call.body["model"] for call in harness.wanjie.requests if call.path.endswith("/chat/completions")]

    assert [_without_instructions(request) for request in asked(harness)[-2:]] == [
        ["green"],
        ["coffee", "answer to coffee", "black"],
    ]
    assert models[-2:] == ["kimi-k2", "deepseek-v3"]
    answers = [message for message in lin.user.sees(lin.channel) if "answer to" in message.shown]
    assert {message.root for message in answers} == {tea.root, coffee.root}


def _without_instructions(request: list[dict[str, Any]]) -> list[str]:
    return [message["content"] for message in request if message["role"] != "system"]


async def test_what_was_said_before_threads_were_apart_goes_on_in_them(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness = empty_harness
    harness.wanjie.script.answer = echo
    before = await harness.start(REDIS_URL=redis_url, SLACK_DIRECT_MEMORY="chat")
    await harness.ready()
    lin = harness.direct()
    tea, coffee = await opens(lin, "tea"), await opens(lin, "coffee")
    assert last_asked(harness) == ["tea", "answer to tea", "coffee"]
    await harness.end(before)
    await harness.start(REDIS_URL=redis_url, SLACK_DIRECT_MEMORY="thread")
    await harness.slack.wait_for(lambda: harness.slack.socket.connections == 1)
    await coffee.press(AGAIN)
    await until_asked(harness, 3)
    await tea.say("more")
    await says(tea, "answer to more")
    assert last_asked(harness) == ["tea", "answer to tea", "coffee", "answer to coffee", "more"]
    water = await opens(lin, "water")
    assert last_asked(harness) == ["water"]

    await water.say("!settings")
    await says(water, "The choices in this thread")
    assert len(await find_histories(redis, "coffee")) == 3
    await lin.user.delete(next(one for one in lin.user.sees(lin.channel) if one.text == "coffee"))
    async with asyncio.timeout(60):
        while await find_histories(redis, "coffee"):  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.05)
    assert len(await find_histories(redis, "tea")) == 3
    await lin.say("/forget yes")
    await says(lin, beginning("forget.done"))
    assert await find_histories(redis, "e") == []
