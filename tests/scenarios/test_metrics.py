"""What an operator reads of questions that were answered."""

import asyncio
import json
from platform import python_version

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bots import __version__
from bots.sandbox.harness import ServiceHarness
from bots.sandbox.wanjie.scripted_behaviour import Failure
from tests.bots.health import Health
from tests.scenarios.conversation_steps import says

QUESTION = "a question that nobody shall read"


async def _read_metrics(health: Health) -> dict[tuple[str, ...], float]:
    """Read every sample by its name and its labels' values, in the order of the labels' names."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{health.port}") as session, session.get("/metrics") as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        text = await answer.text()
    assert QUESTION not in text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def _wait_for_answers(health: Health) -> dict[tuple[str, ...], float]:
    """Read the metrics once an answer on each platform is counted, which is just after it is on the screen."""
    async with asyncio.timeout(60):
        while True:
            samples = await _read_metrics(health)
            if all(samples.get(("bots_answers_total", "delivered", platform)) for platform in ("tg", "sl")):
                return samples
            await asyncio.sleep(0.02)


async def test_a_question_on_each_platform_is_measured(empty_harness: ServiceHarness) -> None:
    harness, health = empty_harness, Health()
    harness.wanjie.script.answer = lambda _: "an answer"
    harness.wanjie.script.fail_next.append(Failure(500, path="/chat/completions"))
    await harness.start(HTTP_PORT=health.port, LOG_FORMAT="json")
    await harness.ready()
    for persona in (harness.private(), harness.direct()):
        await persona.say(QUESTION)
        await says(persona, "an answer")

    samples = await _wait_for_answers(health)

    for platform in ("tg", "sl"):
        assert samples["bots_platform_up", platform] == 1
        assert samples["bots_first_words_seconds_count", platform] == 1
        assert 0 < samples["bots_first_words_seconds_sum", platform] < 60
        assert samples["bots_text_lag_seconds_count", platform] >= 1
    assert samples["bots_model_errors_total", "ServerFaultError", "chat", "deepseek-v3"] == 1
    assert samples["bots_model_response_seconds_count", "chat", "deepseek-v3"] == 2
    assert samples["bots_platform_calls_total", "getMe", "ok", "tg"] == 1
    assert samples["bots_model_tokens_total", "input", "deepseek-v3"] > 0
    assert samples["bots_model_tokens_total", "output", "deepseek-v3"] > 0
    assert any(name[:1] + name[2:] == ("bots_platform_calls_total", "ok", "sl") for name in samples)
    assert samples["bots_build_info", python_version(), __version__] == 1
    assert samples["bots_worker_slots_in_use",] <= 2
    assert samples["bots_queue_messages", "conversation"] == 0

    async with asyncio.timeout(60):
        while harness.logs().count('"answered"') < 2:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
    lines = [json.loads(line) for line in harness.logs().partition('"ready"')[2].splitlines()[1:]]
    assert len({line["turn"] for line in lines}) == 2, "every line of an event has its id"
    assert QUESTION not in harness.logs()
