"""What the model's service refuses or fails at, in its own words, is told in the sentence that fits."""

import json
from typing import Any

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.wanjie.simulator import Failure
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import asked, beginning, echo, says, words

CHAT = "/chat/completions"
PAGE = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"
DESERTED = json.dumps({"choices": None, "error": {"message": "account balance is insufficient", "code": "30001"}})
TOLD = {
    "error.refused": Failure(400, message="Content Exists Risk", path=CHAT),
    "error.context": Failure(400, message="Your request exceeded model token limit: 262144", path=CHAT),
    "error.quota": Failure(200, body=DESERTED, path=CHAT),
    "error.key": Failure(400, message="API key not valid. Please pass a valid API key.", path=CHAT),
    "error.busy": Failure(400, message="Too many tokens, please wait before trying again.", path=CHAT),
    "error.request": Failure(400, message="Invalid value: 'json'", path=CHAT),
    "error.unavailable": Failure(500, message="do request failed", path=CHAT),
    "error.unreachable": Failure(0, drop=True, path=CHAT),
    "error.unreadable": Failure(404, body=PAGE, media_type="text/html", path=CHAT),
}


async def chosen(persona: Persona, model: str) -> None:
    await persona.say(f"/model {model}")
    await says(persona, model)


def models_asked(harness: ServiceHarness) -> list[str]:
    return [call.body["model"] for call in harness.wanjie.requests if call.path.endswith(CHAT)]


@pytest.fixture
async def hasty_harness(empty_harness: ServiceHarness) -> ServiceHarness:
    """A service that asks once."""
    await empty_harness.start(WANJIE_MAX_ATTEMPTS="1")
    await empty_harness.ready()
    empty_harness.wanjie.script.answer = echo
    return empty_harness


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_each_refusal_has_its_own_sentence(place: str, hasty_harness: ServiceHarness) -> None:
    persona = PERSONAS[place](hasty_harness)
    for number, (key, failure) in enumerate(TOLD.items()):
        hasty_harness.wanjie.script.fail_next.append(failure)
        await persona.say(f"q{number}")
        await says(persona, beginning(key))

    assert len(asked(hasty_harness)) == len(TOLD)
    assert "nginx" not in " ".join(persona.answers())
    await persona.say("and now?")
    await says(persona, "answer to and now?")


async def test_an_empty_account_is_not_retried(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.fail_next.append(Failure(500, message="insufficient balance (1008)", path=CHAT))
    await direct_persona.say("hello")

    await says(direct_persona, beginning("error.quota"))
    assert len(asked(harness)) == 1


async def test_an_unavailable_model_falls_back_but_an_error_page_resets_no_choice(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    script = harness.wanjie.script
    script.answer = echo
    await chosen(direct_persona, "kimi-k2")
    script.fail_next.append(TOLD["error.unreadable"])
    await direct_persona.say("one")
    await says(direct_persona, beginning("error.unreadable"))
    await direct_persona.say("two")
    await says(direct_persona, "answer to two")
    gone = "当前分组 default 下对于模型 kimi-k2 无可用渠道"
    script.fail_next.append(Failure(503, message=gone, code="model_not_found", path=CHAT))
    await direct_persona.say("three")
    await says(direct_persona, "answer to three")

    assert models_asked(harness) == ["kimi-k2", "kimi-k2", "kimi-k2", "deepseek-v3"]


@pytest.mark.parametrize(
    "fault",
    [
        {"break_after": 0},
        {"break_after": 5},
        {"malformed_after": 3},
        {"error_after": 4},
        {"finish": False, "done": False, "usage": False},
    ],
)
async def test_an_always_interrupted_answer_is_requested_as_often_as_configured(
    empty_harness: ServiceHarness, fault: dict[str, Any]
) -> None:
    await empty_harness.start(WANJIE_MAX_ATTEMPTS="3")
    await empty_harness.ready()
    empty_harness.wanjie.script.answer = lambda _: words(10)
    for name, value in fault.items():
        setattr(empty_harness.wanjie.script, name, value)
    personas = empty_harness.private(), empty_harness.direct()
    for number, persona in enumerate(personas, 1):
        await persona.say("hello")
        await says(persona, beginning("error.unreachable" if fault == {"break_after": 0} else "error.broken"))

        assert len(asked(empty_harness)) == 3 * number


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_failures_before_and_within_an_answer_are_counted_together(
    place: str, empty_harness: ServiceHarness
) -> None:
    await empty_harness.start(WANJIE_MAX_ATTEMPTS="3")
    await empty_harness.ready()
    persona, script = PERSONAS[place](empty_harness), empty_harness.wanjie.script
    script.answer, script.break_after = lambda _: words(10), 5
    script.fail_next.extend([Failure(503, path=CHAT)] * 2)
    await persona.say("hello")
    await says(persona, beginning("error.broken"))

    assert len([call for call in empty_harness.wanjie.requests if call.path.endswith(CHAT)]) == 3


async def test_a_model_without_a_system_role_answers_and_is_known_by_the_next_process(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.answer = echo
    harness.wanjie.script.rejects_system_role = lambda _: True
    await direct_persona.say("/system Be brief.")
    await says(direct_persona, beginning("system.set"))
    await direct_persona.say("one")
    await says(direct_persona, "one")
    await direct_persona.until(lambda: len(asked(harness)) == 2 and "answer to" in direct_persona.answers()[-1])
    await harness.end(harness.processes[0])
    await harness.start()
    await direct_persona.say("two")
    await direct_persona.until(lambda: len(asked(harness)) == 3 and "answer to two" in direct_persona.answers()[-1])

    first, second, third = asked(harness)
    assert first[0] == {"role": "system", "content": "Be brief."}
    assert second == [{"role": "user", "content": "Be brief.\n\none"}]
    assert [message["role"] for message in third] == ["user", "assistant", "user"]
