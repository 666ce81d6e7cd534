"""Telegram by webhook: several replicas behind one public address."""

from pathlib import Path

from bots.sandbox.harness import Running, ServiceHarness
from core.redis import EmbeddedRedis
from tests.free_port import find_free_port
from tests.scenarios.conversation_steps import asked, echo, says


async def test_replicas_share_the_webhook_and_answer_once_what_is_delivered_twice(
    empty_harness: ServiceHarness, tmp_path: Path
) -> None:
    harness = empty_harness
    delivery, person = harness.telegram.delivery, harness.private()
    delivery.speed = 20.0
    harness.wanjie.script.answer = echo
    async with EmbeddedRedis(tmp_path / "shared") as redis_url:
        replicas = [await _start_replica(harness, redis_url) for _ in range(2)]
        await harness.ready()
        delivery.lost_answers = 1
        await person.say("one")
        await says(person, "answer to one")
        statuses = [await harness.end(replicas[0])]
        await person.say("two")
        await person.say("three")
        await says(person, "answer to three", 40)
        statuses += [await harness.end(replicas[1])]

    assert person.answers() == ["answer to one", "answer to two", "answer to three"]
    assert len(asked(harness)) == 3
    assert statuses == [0, 0]
    assert harness.telegram.webhook  # a restart must find its updates waiting


async def _start_replica(harness: ServiceHarness, redis_url: str) -> Running:
    port = find_free_port()
    harness.telegram.delivery.backends.append(f"http://127.0.0.1:{port}")
    url = "https://bots.example/telegram"
    return await harness.start(REDIS_URL=redis_url, TELEGRAM_WEBHOOK_URL=url, TELEGRAM_WEBHOOK_PORT=str(port))
