"""Limits of use: a clear sentence before an answer, a warning below it, and never an answer that ends in the middle."""

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.access_steps import claim, start
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import asked, says, shown, words
from tests.scenarios.fork_service import fork

_CACHE_SECONDS = 0.6
"""How long the limits of before may still hold, and a little more."""


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
    limited_harness.wanjie.script.hold_after = 20
    await limited_persona.say("count")
    await limited_persona.until(lambda: len(shown(limited_persona)) > 5)
    await limited_harness.kill(limited_harness.processes[0])
    limited_harness.wanjie.script.hold_after = None
    await limited_harness.start()
    await says(limited_persona, "end")
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
    await says(persona, "已用去 80% 以上")
    await persona.say("还有呢")
    await says(persona, "剩余部分不够处理这个请求")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_admins_set_limits_at_run_time(empty_harness: ServiceHarness, place: str) -> None:
    harness = empty_harness
    await start(harness, TELEGRAM_ALLOWED_IDS="1002", PERSON_DAILY_LIMIT="900000")
    root, member = PERSONAS[place](harness), PERSONAS[place](harness)
    await claim(harness, root)
    await answered(member, harness, "one")
    await root.say("/admin limits others day 500")
    assert "Others: 500 tokens a day" in (await says(root, "500 tokens a day")).replace("*", "")
    await says(root, "Each person: 900,000 tokens a day (from the service's settings)")
    await asyncio.sleep(_CACHE_SECONDS)
    await member.say("two")
    await says(member, "Your limit of 500 tokens leaves no room for this.")
    await member.say("/usage")
    await says(member, "(limit: 500 tokens)")
    await answered(root, harness, "three")
    await root.say("/admin limits others day off")
    await says(root, "no limit a day")
    await root.say("/admin limits others minute 1")
    await says(root, "1 question a minute")
    await asyncio.sleep(_CACHE_SECONDS)
    await answered(member, harness, "four")
    await member.say("five")
    await says(member, "That was a lot of questions in one minute.")
    for wrong in ("nobody day 5", "others day 5 cost", "chats minute 5"):
        await root.say(f"/admin limits {wrong}")
    await root.until(lambda: sum(answer.startswith("Set: ") for answer in root.answers()) == 3)
    await root.say("/admin audit")
    audit = await says(root, "limit:minute:others")

    assert len(asked(harness)) == 3
    assert "set none (limit:day:others)" in audit.replace("`", "")
    assert "set 500 tokens (limit:day:others)" in audit.replace("`", "")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_admins_get_a_chart_and_a_table_of_what_everybody_has_used(
    empty_harness: ServiceHarness, place: str
) -> None:
    harness = empty_harness
    await start(harness, MODEL_PRICES="*=2/8")
    root = PERSONAS[place](harness)
    await claim(harness, root)
    await answered(root, harness, "one")
    await root.say("/usage all")
    await says(root, "cost: ")
    await root.until(lambda: len(root.posts()) == 2)
    chart, table = root.posts()

    assert chart.kind == "pictures"
    assert chart.files[0].startswith(b"\x89PNG")
    assert table.names == ("usage-table.csv",)
    assert b"model,deepseek-v3,1," in table.files[0]


@pytest.mark.parametrize("place", ["telegram-group", "slack-thread"])
async def test_a_line_below_answers_says_what_they_have_used_and_no_model_reads_it(
    empty_harness: ServiceHarness, place: str
) -> None:
    harness = empty_harness
    await start(harness, ACCESS_MODE="open", COST_LINE="groups", MODEL_PRICES="*=2/8")
    persona = PERSONAS[place](harness)
    await answered(persona, harness, "one")
    line = await says(persona, "Σ ")
    await persona.say("/usage line off")
    await says(persona, "The line below answers is off here.")
    await answered(persona, harness, "two")
    direct = harness.private()
    await answered(direct, harness, "three")

    assert re.search(r"answer to one\s+_?Σ [\d,]+ tokens · 0\.\d{4}_?$", line)
    assert sum("Σ" in answer for answer in [*persona.answers(), *direct.answers()]) == 1
    assert "Σ" not in str(asked(harness))
