"""What version 0.1.0 left in Redis when it was killed is read, and finished, by this one."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.core.chat.sent_files import picture
from tests.scenarios.conversation_steps import asked, says, until_asked, words
from tests.scenarios.request_steps import pictures
from tests.scenarios.restore_recorded_state import restore

FIRST_ANSWER = "The first answer."
REGENERATE = {"inline_keyboard": [[{"text": "🔁 Regenerate", "callback_data": "retry:06495a6fede4 1001"}]]}


async def call(url: str, arguments: dict[str, Any], token: str = "") -> Any:  # noqa: ANN401 - JSON
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as client, client.post(url, json=arguments) as response:
        answer = await response.json()
    assert answer["ok"], answer
    return answer


async def posts(harness: ServiceHarness, persona: TelegramPersona, text: str, **more: object) -> None:
    """Post what the bot posted before it was killed; the simulator's limits are for what comes afterwards."""
    harness.telegram.limits.enabled = False
    url = f"{harness.telegram.base_url}{harness.telegram.token}/sendMessage"
    await call(url, {"chat_id": persona.chat.id, "text": text, **more})
    harness.telegram.limits.enabled = True


async def start(harness: ServiceHarness, redis_url: str, **extra: str) -> None:
    await harness.start(REDIS_URL=redis_url, **extra)
    await harness.ready()


async def test_a_running_answer_in_telegram_is_finished_with_the_chat_s_choices(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, empty_harness.private()
    for said, answered in (
        ("first question", FIRST_ANSWER),
        ("/model kimi-k2", "kimi-k2 answers."),
        ("/system Be brief.", "Understood."),
        ("second question", words(26)),
    ):
        await persona.say(said)
        await posts(harness, persona, answered)
    await restore(redis, "telegram_running_answer")
    harness.wanjie.script.answer = lambda _: "The second answer."

    await start(harness, redis_url)
    await persona.until(lambda: "The second answer." in persona.answers())

    assert len(persona.answers()) == 4
    assert harness.wanjie.requests[-1].body["model"] == "kimi-k2"
    assert [message["content"] for message in asked(harness)[0]] == [
        "Be brief.",
        "first question",
        FIRST_ANSWER,
        "second question",
    ]


async def test_a_pressed_button_that_waited_is_answered(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, empty_harness.private()
    await persona.say("first question")
    await posts(harness, persona, FIRST_ANSWER, reply_markup=REGENERATE)
    await restore(redis, "telegram_waiting_button")
    harness.wanjie.script.answer = lambda _: "Another answer."

    await start(harness, redis_url)
    await says(persona, "Another answer.")

    assert [[message["content"] for message in messages] for messages in asked(harness)] == [["first question"]]


async def test_an_album_that_waited_is_one_question(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, empty_harness.private()
    for number, caption in enumerate(("compare these", "", "")):
        persona.person.send_photo(persona.chat, picture(100 + number, 80), caption, album="77")
    await restore(redis, "telegram_album")
    harness.wanjie.script.answer = lambda _: "They differ in width."

    await start(harness, redis_url, WANJIE_DEFAULT_MODEL="GPT-4o")
    await says(persona, "They differ in width.")
    await persona.say("sure?")
    await until_asked(harness, 2)

    assert pictures(asked(harness)[0][-1]) == [(100, 80), (101, 80), (102, 80)]
    assert "compare these" in json.dumps(asked(harness)[0][-1])


async def test_a_running_stream_in_slack_is_finished(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, persona = empty_harness, empty_harness.thread()
    ids = await _running_stream(harness, persona)
    await restore(redis, "slack_running_answer", ids)
    harness.wanjie.script.answer = lambda _: "The second answer."

    await start(harness, redis_url)
    await persona.until(lambda: "The second answer." in persona.answers())

    assert persona.answers() == [FIRST_ANSWER, "The second answer."]
    assert [message["content"] for message in asked(harness)[0]][-3:] == [
        "Lin: first question",
        FIRST_ANSWER,
        "Lin: second question",
    ]


async def slack(harness: ServiceHarness, method: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
    return await call(f"{harness.slack.api_url}{method}", arguments, harness.environment()["SLACK_BOT_TOKEN"])


async def _running_stream(harness: ServiceHarness, persona: SlackPersona) -> dict[str, str]:
    """Post what stood in the thread, the last of it as a stream; return the ids, by their role in the recording."""
    await persona.say("first question")
    assert persona.root is not None
    here = {"channel": persona.channel.id, "thread_ts": persona.root}
    answer = await slack(harness, "chat.postMessage", text=FIRST_ANSWER, **here)
    question = await persona.user.say(persona.channel, "second question", thread_ts=persona.root)
    reader = {"recipient_user_id": persona.user.id, "recipient_team_id": harness.slack.team_id}
    words_so_far = [{"type": "markdown_text", "text": "word0"}]
    stream = await slack(harness, "chat.startStream", chunks=words_so_far, **here, **reader)
    return {
        "root": persona.root,
        "first answer": str(answer["ts"]),
        "second question": question.ts,
        "running answer": str(stream["ts"]),
        "channel": persona.channel.id,
        "user": persona.user.id,
        "team": harness.slack.team_id,
        "bot": harness.slack.bot_user_id,
    }
