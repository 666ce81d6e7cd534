"""Slack over HTTP: several replicas behind one request URL."""

from pathlib import Path

from bots.sandbox.harness import ServiceHarness
from core.redis import EmbeddedRedis
from tests.scenarios.conversation_steps import asked, echo, says
from tests.scenarios.picture_steps import drawn
from tests.scenarios.replica_steps import start_slack_replica


async def test_replicas_share_the_request_url_and_answer_once_what_is_delivered_twice(
    empty_harness: ServiceHarness, tmp_path: Path
) -> None:
    harness = empty_harness
    http, person = harness.slack.http, harness.direct()
    harness.slack.socket.retry_delays = (0.0, 0.2, 1.0, 3.0)
    harness.wanjie.script.answer = echo
    async with EmbeddedRedis(tmp_path / "shared") as redis_url:
        replicas = [await start_slack_replica(harness, redis_url) for _ in range(2)]
        await harness.ready()
        http.lost_answers = 1
        await person.say("one")
        await says(person, "answer to one")
        await person.say("/imagine")
        await person.until(lambda: person.form)
        person.fill(prompt="a red fox")
        person.submit_form()  # to the other replica, in turn
        await drawn(person)
        statuses = [await harness.end(replicas[0])]
        await person.say("two")
        await says(person, "answer to two")
        http.backends.pop(0)  # as a balancer does, since Slack sends no command twice
        await person.say("/usage")
        await person.until(lambda: [ack for ack in harness.slack.acks if ack.type == "slash_commands"])
        statuses += [await harness.end(replicas[1])]

    questions = [messages[-1]["content"] for messages in asked(harness)]
    assert [text for text in person.answers() if text.startswith("answer")] == ["answer to one", "answer to two"]
    assert [questions.count("one"), questions.count("two")] == [1, 1]
    assert statuses == [0, 0]
    assert not harness.slack.count("apps.connections.open")
