"""What version 0.1.0 left in Redis when it was killed is read, and finished, by this one."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
from redis.asyncio import Redis

from bots.sandbox.harness import Stage
from bots.sandbox.slack.persona import SlackSeat
from bots.sandbox.telegram.persona import TelegramSeat
from tests.core.chat.sending import picture
from tests.scenarios.restoring import restore
from tests.scenarios.saying import asked, says, words
from tests.scenarios.test_files import pictures

FIRST_ANSWER = "The first answer."
REGENERATE = {"inline_keyboard": [[{"text": "🔁 Regenerate", "callback_data": "retry:06495a6fede4 1001"}]]}


async def call(url: str, arguments: dict[str, Any], token: str = "") -> Any:  # noqa: ANN401 - JSON
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as client, client.post(url, json=arguments) as response:
        answer = await response.json()
    assert answer["ok"], answer
    return answer


async def posts(stage: Stage, seat: TelegramSeat, text: str, **more: object) -> None:
    """Post what the bot posted before it was killed; the simulator's limits are for what comes afterwards."""
    stage.telegram.limits.enabled = False
    url = f"{stage.telegram.base_url}{stage.telegram.token}/sendMessage"
    await call(url, {"chat_id": seat.chat.id, "text": text, **more})
    stage.telegram.limits.enabled = True


async def start(stage: Stage, redis_url: str, **extra: str) -> None:
    await stage.start(REDIS_URL=redis_url, **extra)
    await stage.ready()


async def test_a_running_answer_in_telegram_is_finished_with_the_chat_s_choices(
    empty_stage: Stage, redis: Redis, redis_url: str
) -> None:
    stage, seat = empty_stage, empty_stage.private()
    for said, answered in (
        ("first question", FIRST_ANSWER),
        ("/model kimi-k2", "kimi-k2 answers."),
        ("/system Be brief.", "Understood."),
        ("second question", words(26)),
    ):
        await seat.say(said)
        await posts(stage, seat, answered)
    await restore(redis, "telegram_running_answer")
    stage.wanjie.script.answer = lambda _: "The second answer."

    await start(stage, redis_url)
    await seat.until(lambda: "The second answer." in seat.answers())

    assert len(seat.answers()) == 4
    assert stage.wanjie.requests[-1].body["model"] == "kimi-k2"
    assert [message["content"] for message in asked(stage)[0]] == [
        "Be brief.",
        "first question",
        FIRST_ANSWER,
        "second question",
    ]


async def test_a_pressed_button_that_waited_is_answered(empty_stage: Stage, redis: Redis, redis_url: str) -> None:
    stage, seat = empty_stage, empty_stage.private()
    await seat.say("first question")
    await posts(stage, seat, FIRST_ANSWER, reply_markup=REGENERATE)
    await restore(redis, "telegram_waiting_button")
    stage.wanjie.script.answer = lambda _: "Another answer."

    await start(stage, redis_url)
    await says(seat, "Another answer.")

    assert [[message["content"] for message in messages] for messages in asked(stage)] == [["first question"]]


async def test_an_album_that_waited_is_one_question(empty_stage: Stage, redis: Redis, redis_url: str) -> None:
    stage, seat = empty_stage, empty_stage.private()
    for number, caption in enumerate(("compare these", "", "")):
        seat.person.send_photo(seat.chat, picture(100 + number, 80), caption, album="77")
    await restore(redis, "telegram_album")
    stage.wanjie.script.answer = lambda _: "They differ in width."

    await start(stage, redis_url, WANJIE_DEFAULT_MODEL="GPT-4o")
    await says(seat, "They differ in width.")
    await seat.say("sure?")
    await seat.until(lambda: len(asked(stage)) == 2)

    assert pictures(asked(stage)[0][-1]) == [(100, 80), (101, 80), (102, 80)]
    assert "compare these" in json.dumps(asked(stage)[0][-1])


async def test_a_running_stream_in_slack_is_finished(empty_stage: Stage, redis: Redis, redis_url: str) -> None:
    stage, seat = empty_stage, empty_stage.thread()
    ids = await _running_stream(stage, seat)
    await restore(redis, "slack_running_answer", ids)
    stage.wanjie.script.answer = lambda _: "The second answer."

    await start(stage, redis_url)
    await seat.until(lambda: "The second answer." in seat.answers())

    assert seat.answers() == [FIRST_ANSWER, "The second answer."]
    assert [message["content"] for message in asked(stage)[0]][-3:] == [
        "Lin: first question",
        FIRST_ANSWER,
        "Lin: second question",
    ]


async def slack(stage: Stage, method: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
    return await call(f"{stage.slack.api_url}{method}", arguments, stage.environment()["SLACK_BOT_TOKEN"])


async def _running_stream(stage: Stage, seat: SlackSeat) -> dict[str, str]:
    """Post what stood in the thread, the last of it as a stream; return the ids, by their role in the recording."""
    await seat.say("first question")
    assert seat.root is not None
    here = {"channel": seat.channel.id, "thread_ts": seat.root}
    answer = await slack(stage, "chat.postMessage", text=FIRST_ANSWER, **here)
    question = await seat.user.say(seat.channel, "second question", thread_ts=seat.root)
    reader = {"recipient_user_id": seat.user.id, "recipient_team_id": stage.slack.team_id}
    words_so_far = [{"type": "markdown_text", "text": "word0"}]
    stream = await slack(stage, "chat.startStream", chunks=words_so_far, **here, **reader)
    return {
        "root": seat.root,
        "first answer": str(answer["ts"]),
        "second question": question.ts,
        "running answer": str(stream["ts"]),
        "channel": seat.channel.id,
        "user": seat.user.id,
        "team": stage.slack.team_id,
        "bot": stage.slack.bot_user_id,
    }
