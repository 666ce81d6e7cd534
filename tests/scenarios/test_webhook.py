"""Telegram by webhook: several replicas behind one public address."""

from pathlib import Path

from bots.sandbox.harness import ServiceHarness
from core.redis import EmbeddedRedis
from tests.scenarios.conversation_steps import asked, echo, says
from tests.scenarios.replica_steps import start_telegram_replica


async def test_replicas_share_the_webhook_and_answer_once_what_is_delivered_twice(
    empty_harness: ServiceHarness, tmp_path: Path
) -> None:
    harness = empty_harness
    delivery, person = harness.telegram.delivery, harness.private()
    delivery.speed = 20.0
    harness.wanjie.script.answer = echo
    async with EmbeddedRedis(tmp_path / "shared") as redis_url:
        replicas = [await start_telegram_replica(harness, redis_url) for _ in range(2)]
        await harness.ready()
        delivery.lost_answers = 1
        await person.say("one")
        await says(person, "answer to one")
        statuses = [await harness.end(replicas[0])]
        await person.say("two")
        await person.say("three")
        await says(person, "answer to three")
        statuses += [await harness.end(replicas[1])]

    assert person.answers() == ["answer to one", "answer to two", "answer to three"]
    assert len(asked(harness)) == 3
    assert statuses == [0, 0]
    assert harness.telegram.webhook  # a restart must find its updates waiting
