"""Limits of use: a clear sentence before an answer, a warning below it, and never an answer that ends in the middle."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import asked, says, shown, words
from tests.scenarios.fork_service import fork


def _is_alone(persona: Persona) -> bool:
    return persona.title.endswith(("private chat", "direct message"))


@pytest.fixture
async def limited_harness(tmp_path: Path) -> AsyncGenerator[ServiceHarness]:
    """A service in which a person may use 2,000 tokens a day."""
    async with ServiceHarness(tmp_path, extra={"PERSON_DAILY_LIMIT": "2000"}, launch=fork) as harness:
        await harness.start()
        await harness.ready()
        yield harness


@pytest.fixture(params=ONE_A_PLATFORM)
def limited_persona(request: pytest.FixtureRequest, limited_harness: ServiceHarness) -> Persona:
    return PERSONAS[str(request.param)](limited_harness)


async def test_a_limit_is_warned_of_below_an_answer_and_refuses_the_next_question(
    limited_persona: Persona, limited_harness: ServiceHarness
) -> None:
    limited_harness.wanjie.script.answer = lambda _: "word " * 3_000 + "end"
    await limited_persona.say("tell me all")
    await says(limited_persona, "end")
    await says(limited_persona, "You have used more than 80 % of your limit of 2,000 tokens.")
    await limited_persona.say("and now?")
    await says(limited_persona, "Your limit of 2,000 tokens leaves no room for this. It begins anew on ")

    assert re.search(r"\d{4}-\d\d-\d\d 00:00 UTC", " ".join(limited_persona.answers()))
    assert len(asked(limited_harness)) == 1


async def test_an_answer_whose_process_is_killed_is_finished_although_its_reserve_fills_the_limit(
    limited_persona: Persona, limited_harness: ServiceHarness
) -> None:
    limited_harness.wanjie.script.answer = lambda _: f"{words(60)} end"
    limited_harness.wanjie.script.tokens_per_second = 50
    await limited_persona.say("count")
    await limited_persona.until(lambda: len(shown(limited_persona)) > 5)
    await limited_harness.kill(limited_harness.processes[0])
    await limited_harness.start()
    await says(limited_persona, "end", 40)
    await limited_persona.say("and now?")
    await says(limited_persona, "Your limit of 2,000 tokens leaves no room for this.")

    assert len(asked(limited_harness)) == 2


async def test_a_limit_is_warned_of_below_an_answer_that_broke_off(limited_harness: ServiceHarness) -> None:
    limited_harness.wanjie.script.answer = lambda _: "word " * 3_000
    limited_harness.wanjie.script.break_after = 1_000
    persona = limited_harness.private()
    await persona.say("tell me all")
    await says(persona, "The connection to the model broke")
    await says(persona, "You have used more than 80 % of your limit of 2,000 tokens.")


async def test_people_see_what_they_and_their_group_have_used(persona: Persona, harness: ServiceHarness) -> None:
    await persona.say("hello")
    await persona.until(persona.answers)
    await persona.say("/usage")
    text = (await says(persona, "today tokens: ")).replace("*", "")

    assert re.search(r"You: today tokens: \d+; this month tokens: \d+", text)
    assert ("This chat: today tokens: " in text) is not _is_alone(persona)
    await persona.say("/usage all")
    await says(persona, "Only the admins of this bot can do that.")


async def test_a_chinese_speaker_reads_it_in_chinese(limited_harness: ServiceHarness) -> None:
    limited_harness.wanjie.script.answer = lambda _: "字 " * 3_000
    persona = limited_harness.private(language="zh-hans")
    await persona.say("说说看")
    await says(persona, "已用去八成以上")
    await persona.say("还有呢")
    await says(persona, "剩余部分不够处理这个请求")
