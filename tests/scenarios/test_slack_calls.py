"""What an answer costs of Slack's limits."""

from __future__ import annotations

import asyncio

import pytest

from bots.sandbox.harness import Stage
from tests.scenarios.conftest import SEATS
from tests.scenarios.saying import shows, words


@pytest.mark.parametrize("kind", ["slack-direct", "slack-thread"])
async def test_no_message_is_looked_for_while_the_first_words_are_held_back(stage: Stage, kind: str) -> None:
    answer = f"**{words(20, 'bold')}** and then {words(10)}"  # an open mark is held back until it is closed
    stage.wanjie.script.answer = lambda _: answer
    stage.wanjie.script.tokens_per_second = 15
    seat = SEATS[kind](stage)
    await seat.say("Warn me!")
    await shows(seat, answer)

    searches = [call for call in stage.slack.calls if call.method in {"conversations.history", "conversations.replies"}]
    assert searches == []


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
async def test_a_call_of_a_stream_that_hangs_once_costs_the_reader_a_few_seconds(stage: Stage, method: str) -> None:
    answer = words(120)
    stage.wanjie.script.answer = lambda _: answer
    stage.wanjie.script.tokens_per_second = 60
    seat, faults = stage.direct(), stage.slack.faults
    faults.delay(method, 60)
    await seat.say("hello")
    await seat.until(seat.answers)
    await asyncio.sleep(4)
    faults.delay(method, 0)

    await shows(seat, answer, 9)
