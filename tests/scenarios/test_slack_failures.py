"""What an answer costs of Slack's limits."""

from __future__ import annotations

import asyncio

import pytest

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.conftest import PERSONAS
from tests.scenarios.conversation_steps import shows, words


@pytest.mark.parametrize("kind", ["slack-direct", "slack-thread"])
async def test_no_lost_message_is_searched_while_the_first_words_are_held_back(
    harness: ServiceHarness, kind: str
) -> None:
    answer = f"**{words(20, 'bold')}** and then {words(10)}"  # an open mark is held back until it is closed
    harness.wanjie.script.answer = lambda _: answer
    harness.wanjie.script.tokens_per_second = 15
    persona = PERSONAS[kind](harness)
    await persona.say("Warn me!")
    await shows(persona, answer)

    searches = [
        call for call in harness.slack.calls if call.method in {"conversations.history", "conversations.replies"}
    ]
    assert searches == []


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
async def test_a_hanging_stream_call_delays_the_reader_only_seconds(harness: ServiceHarness, method: str) -> None:
    answer = words(120)
    harness.wanjie.script.answer = lambda _: answer
    harness.wanjie.script.tokens_per_second = 60
    persona, faults = harness.direct(), harness.slack.faults
    faults.delay(method, 60)
    await persona.say("hello")
    await persona.until(persona.answers)
    await asyncio.sleep(4)
    faults.delay(method, 0)

    await shows(persona, answer, 40)  # the calls themselves hang for a minute
