# ruff: noqa: RUF001 - the signs of Chinese keyboards are meant
"""Commands, on every kind of conversation."""

import asyncio

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.slack.persona import SlackSeat
from tests.scenarios.saying import asked, echo, says, shown, shows, words


async def begun(seat: Seat, stage: Stage) -> None:
    """Make sure that there is a conversation; on Slack a thread has to be opened first."""
    stage.wanjie.script.answer = echo
    await seat.say("hello")
    await says(seat, "answer to hello")


async def test_help_lists_every_command(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    await seat.say("/help")

    text = await says(seat, "What I can do")
    sign, other = ("!", "/") if isinstance(seat, SlackSeat) and seat.root else ("/", "!")
    assert all(f"{sign}{name}" in text for name in ("help", "model", "system", "new", "stop", "retry"))
    assert f"{other}model" not in text or sign == "/"
    assert text.index("Chat") < text.index("Models") < text.index("Voice") < text.index("Pictures")
    assert f"for example {sign}model kimi-k2" in text.replace("`", "")
    assert "deepseek-v3" in text


async def test_help_names_what_works_where_it_is_read(stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    places = (
        (stage.group(language="zh-hans"), "/"),
        (stage.direct(locale="zh-CN"), "!"),
        (stage.thread(locale="zh-CN"), "!"),
    )
    for seat, sign in places:
        await seat.say("hello")
        await says(seat, "answer to hello")
        await seat.say("/help")

        text = await says(seat, "我能做什么")
        assert f"{sign}画 一只猫" in text
        assert "语音消息" not in text.partition("/model")[0].partition("!model")[0]
        await seat.say(f"{sign}画")
        await says(seat, "imagine")


async def test_help_says_that_voice_messages_are_understood_where_they_are(empty_stage: Stage) -> None:
    stage, seat = empty_stage, empty_stage.private()
    stage.wanjie.script.models += ("SenseVoiceSmall",)
    await stage.start(WANJIE_TRANSCRIBE_MODEL="SenseVoiceSmall")
    await stage.ready()
    await seat.say("/help")

    assert "Voice messages" in await says(seat, "What I can do")


async def test_sentences_name_commands_as_they_work_where_they_are_read(stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: ""
    for seat, command in ((stage.thread(), "!model"), (stage.direct(), "/model"), (stage.group(), "/model")):
        await seat.say("hello")

        assert command in await says(seat, "without a single word")


async def test_start_says_hello(stage: Stage) -> None:
    seat = stage.private()
    await seat.say("/start")

    await says(seat, "Hello!")


async def test_commands_can_be_spoken_behind_the_name(stage: Stage) -> None:
    for seat in (stage.group(), stage.thread()):
        await seat.say("model kimi-k2")

        await says(seat, "From now on")


async def test_commands_are_understood_as_chinese_keyboards_type_them(stage: Stage) -> None:
    stage.wanjie.script.answer = echo
    for seat in (stage.group(), stage.thread()):
        name = stage.slack.mention if isinstance(seat, SlackSeat) else f"@{stage.telegram.bot.username}"
        await seat.say("！模型 kimi-k2")
        await says(seat, "kimi-k2")
        await seat.say(f"{name} ／ｎｅｗ")
        await says(seat, "new conversation")
        await seat.say(f"{name} new ideas please?")

        await says(seat, "new ideas please?")


async def test_instructions_reach_the_model(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    await seat.say("/system Answer like a pirate.")
    await says(seat, "Understood")
    await seat.say("hello again")
    await seat.until(lambda: len(asked(stage)) == 2)

    assert asked(stage)[-1][0]["role"] == "system"
    assert asked(stage)[-1][0]["content"].startswith("Answer like a pirate.")


async def test_a_new_conversation_knows_nothing_of_the_old_one(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    await seat.say("/new")
    await says(seat, "new conversation")
    await seat.say("hello again")
    await says(seat, "answer to hello again")

    assert [message["role"] for message in asked(stage)[-1] if message["role"] != "system"] == ["user"]


async def test_retry_answers_the_last_question_again(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    stage.wanjie.script.answer = lambda _: "another answer"
    await seat.say("/retry")
    await says(seat, "another answer")
    await seat.say("next")
    await seat.until(lambda: len(asked(stage)) == 3)

    first, second, third = (
        [message["content"].split(": ")[-1] for message in messages if message["role"] != "system"]
        for messages in asked(stage)
    )
    assert first == second == ["hello"]
    assert third == ["hello", "another answer", "next"]


async def test_stop_ends_the_answer_at_once_and_keeps_what_has_come(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    before = len(shown(seat))
    stage.wanjie.script.answer = lambda _: words(2000)
    stage.wanjie.script.tokens_per_second = 50
    await seat.say("count")
    await seat.until(lambda: len(shown(seat)) > before + 3)
    await seat.say("/stop")
    await says(seat, "Stopped.")
    stage.wanjie.script.answer = echo
    await seat.say("next")
    await says(seat, "answer to next")
    kept = [message for message in asked(stage)[-1] if message["role"] == "assistant"][-1]["content"].split()
    assert stage.wanjie.abandoned == 1
    assert kept == words(2000).split()[: len(kept)]
    assert set(kept) <= set(shown(seat))


async def test_stop_with_nothing_to_stop_says_so(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    await seat.until(seat.buttons)
    await asyncio.sleep(0.3)  # the turn ends a moment after its last word is shown
    await seat.say("/stop")

    await says(seat, "not writing anything")


async def test_slack_s_own_stop_button_stops(stage: Stage) -> None:
    stage.slack.announcer.subscriptions.add("agent_session_stopped")
    seat = stage.thread()
    stage.wanjie.script.answer = lambda _: words(2000)
    stage.wanjie.script.tokens_per_second = 50
    await seat.say("count")
    await seat.until(seat.answers)
    assert seat.root is not None
    await seat.user.stop(seat.channel, seat.root)
    stage.wanjie.script.answer = echo
    await seat.say("next")
    await says(seat, "answer to next")


async def test_commands_beside_the_threads_of_a_channel_explain_themselves(stage: Stage) -> None:
    seat = stage.thread()
    await seat.say("/new")

    await says(seat, "!new")


async def test_an_unknown_command_gets_a_suggestion(stage: Stage) -> None:
    seat = stage.private()
    await seat.say("/modle")
    await says(seat, "/model")
    await seat.say("/xyzzyxyzzy")

    await says(seat, "do not know")


async def test_the_menu_of_commands_is_registered_in_both_languages(stage: Stage) -> None:
    await stage.telegram.wait_for(lambda: stage.telegram.commands(language_code="zh"), 10)

    assert stage.telegram.commands()["model"] == "Choose the models for this chat"
    assert stage.telegram.commands(language_code="zh")["model"] == "选择本聊天使用的模型"


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_the_bot_speaks_the_user_s_language(stage: Stage, platform: str) -> None:
    seat = stage.private(language="zh-hans") if platform == "telegram" else stage.direct(locale="zh-CN")
    await seat.say("/retry")

    await says(seat, "还没有可以重新回答的问题")


async def test_a_finished_answer_can_be_followed_by_another(direct_seat: Seat, stage: Stage) -> None:
    stage.wanjie.script.answer = lambda _: "one"
    await direct_seat.say("1")
    await shows(direct_seat, "one")
    stage.wanjie.script.answer = lambda _: "two"
    await direct_seat.say("2")

    await shows(direct_seat, "one two")


async def test_where_admins_decide_they_alone_give_instructions(empty_stage: Stage) -> None:
    await empty_stage.start(MODEL_CHANGE="admins")
    await empty_stage.ready()
    for admin in (empty_stage.group(), empty_stage.thread()):
        await begun(admin, empty_stage)
        member = empty_stage.joining(admin, "Mel")
        await member.say("/system Answer like a pirate.")
        await says(member, "Only admins")
        await member.say("/system")

        await says(member, "no instructions")
