"""Slack over HTTP: several replicas behind one request URL."""

from pathlib import Path

from bots.sandbox.harness import Running, ServiceHarness
from core.redis import EmbeddedRedis
from tests.free_port import find_free_port
from tests.scenarios.conversation_steps import asked, echo, says


async def test_replicas_share_the_request_url_and_answer_once_what_is_delivered_twice(
    empty_harness: ServiceHarness, tmp_path: Path
) -> None:
    harness = empty_harness
    http, person = harness.slack.http, harness.direct()
    harness.slack.socket.retry_delays = (0.0, 0.2, 1.0, 3.0)
    harness.wanjie.script.answer = echo
    async with EmbeddedRedis(tmp_path / "shared") as redis_url:
        replicas = [await start_replica(harness, redis_url) for _ in range(2)]
        await harness.ready()
        http.lost_answers = 1
        await person.say("one")
        await says(person, "answer to one")
        statuses = [await harness.end(replicas[0])]
        await person.say("two")
        await says(person, "answer to two")
        http.backends.pop(0)  # as a balancer does, since Slack sends no command twice
        await person.say("/usage")
        await person.until(lambda: [ack for ack in harness.slack.acks if ack.type == "slash_commands"])
        statuses += [await harness.end(replicas[1])]

    assert person.answers()[:2] == ["answer to one", "answer to two"]
    assert len(asked(harness)) == 2
    assert statuses == [0, 0]
    assert not harness.slack.count("apps.connections.open")


async def start_replica(harness: ServiceHarness, redis_url: str) -> Running:
    """Start a process that takes Slack's requests over HTTP."""
    port, http = find_free_port(), harness.slack.http
    http.backends.append(f"http://127.0.0.1:{port}")
    receiving = {"SLACK_MODE": "http", "SLACK_REQUEST_URL": http.url, "SLACK_HTTP_PORT": str(port)}
    return await harness.start(REDIS_URL=redis_url, SLACK_SIGNING_SECRET=http.signing_secret, **receiving)
