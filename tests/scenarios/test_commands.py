# ruff: noqa: RUF001 - the signs of Chinese keyboards are meant
"""Commands, on every kind of conversation."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.conversation_steps import asked, echo, says, shown, shows, stops_nothing, until_asked, words


async def begun(persona: Persona, harness: ServiceHarness) -> None:
    """Make sure that there is a conversation; on Slack a thread has to be opened first."""
    harness.wanjie.script.answer = echo
    await persona.say("hello")
    await says(persona, "answer to hello")


async def test_help_lists_every_command(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    await persona.say("/help")

    text = await says(persona, "What I can do")
    sign, other = ("!", "/") if isinstance(persona, SlackPersona) and persona.root else ("/", "!")
    assert all(f"{sign}{name}" in text for name in ("help", "model", "system", "new", "stop", "retry"))
    assert f"{other}model" not in text or sign == "/"
    assert text.index("Chat") < text.index("Models") < text.index("Voice") < text.index("Pictures")
    assert f"for example {sign}model kimi-k2" in text.replace("`", "")
    assert "deepseek-v3" in text


async def test_help_names_what_works_where_it_is_read(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    places = (
        (harness.group(language="zh-hans"), "/"),
        (harness.direct(locale="zh-CN"), "!"),
        (harness.thread(locale="zh-CN"), "!"),
    )
    for persona, sign in places:
        await persona.say("hello")
        await says(persona, "answer to hello")
        await persona.say("/help")

        text = await says(persona, "我能做什么")
        assert f"{sign}画 一只猫" in text
        assert "语音消息" not in text.partition("/model")[0].partition("!model")[0]
        await persona.say(f"{sign}画")
        await says(persona, "imagine")


async def test_help_says_that_voice_messages_are_understood_where_they_are(empty_harness: ServiceHarness) -> None:
    harness, persona = empty_harness, empty_harness.private()
    harness.wanjie.script.models += ("SenseVoiceSmall",)
    await harness.start(WANJIE_TRANSCRIBE_MODEL="SenseVoiceSmall")
    await harness.ready()
    await persona.say("/help")

    assert "I also understand voice" in await says(persona, "What I can do")


async def test_sentences_name_commands_as_they_work_where_they_are_read(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: ""
    for persona, command in ((harness.thread(), "!model"), (harness.direct(), "/model"), (harness.group(), "/model")):
        await persona.say("hello")

        assert command in await says(persona, "returned nothing")


async def test_start_greets_the_user(harness: ServiceHarness) -> None:
    persona = harness.private()
    await persona.say("/start")

    await says(persona, "Hi!")


async def test_commands_may_follow_the_bot_s_name(harness: ServiceHarness) -> None:
    for persona in (harness.group(), harness.thread()):
        await persona.say("model kimi-k2")

        await says(persona, "Switched to")


async def test_full_width_and_chinese_commands_are_understood(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    for persona in (harness.group(), harness.thread()):
        name = harness.slack.mention if isinstance(persona, SlackPersona) else f"@{harness.telegram.bot.username}"
        await persona.say("！模型 kimi-k2")
        await says(persona, "kimi-k2")
        await persona.say(f"{name} ／ｎｅｗ")
        await says(persona, "New conversation")
        await persona.say(f"{name} new ideas please?")

        await says(persona, "new ideas please?")


async def test_instructions_reach_the_model(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    await persona.say("/system Answer like a pirate.")
    await says(persona, "Got it")
    await persona.say("hello again")
    await until_asked(harness, 2)

    assert asked(harness)[-1][0]["role"] == "system"
    assert asked(harness)[-1][0]["content"].startswith("Answer like a pirate.")


async def test_a_new_conversation_forgets_the_old_one(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    await persona.say("/new")
    await says(persona, "New conversation")
    await persona.say("hello again")
    await says(persona, "answer to hello again")
    await persona.say("/new what now?")
    await says(persona, "answer to what now?")

    for messages in asked(harness)[-2:]:
        assert [message["role"] for message in messages if message["role"] != "system"] == ["user"]
    assert asked(harness)[-1][-1]["content"].endswith("what now?")


async def test_retry_answers_the_last_question_again(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    harness.wanjie.script.answer = lambda _: "another answer"
    await persona.say("/retry")
    await says(persona, "another answer")
    await persona.say("next")
    await until_asked(harness, 3)

    first, second, third = (
        [message["content"].split(": ")[-1] for message in messages if message["role"] != "system"]
        for messages in asked(harness)
    )
    assert first == second == ["hello"]
    assert third == ["hello", "another answer", "next"]


async def test_stop_ends_the_answer_at_once_and_keeps_its_text(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    before = len(shown(persona))
    harness.wanjie.script.answer = lambda _: words(2000)
    harness.wanjie.script.tokens_per_second = 50
    await persona.say("count")
    await persona.until(lambda: len(shown(persona)) > before + 3)
    await persona.say("/stop")
    await says(persona, "Stopped.")
    harness.wanjie.script.answer = echo
    await persona.say("next")
    await says(persona, "answer to next")
    kept = [message for message in asked(harness)[-1] if message["role"] == "assistant"][-1]["content"].split()
    assert harness.wanjie.abandoned == 1
    assert kept == words(2000).split()[: len(kept)]
    assert set(kept) <= set(shown(persona))


async def test_stop_with_nothing_to_stop_says_so(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    await persona.until(persona.buttons)
    await stops_nothing(persona)


async def test_slack_s_own_stop_button_stops(harness: ServiceHarness) -> None:
    harness.slack.rules.agent_sessions = True
    persona = harness.thread()
    harness.wanjie.script.answer = lambda _: words(2000)
    harness.wanjie.script.tokens_per_second = 50
    await persona.say("count")
    await persona.until(persona.answers)
    assert persona.root is not None
    await persona.user.stop(persona.channel, persona.root)
    harness.wanjie.script.answer = echo
    await persona.say("next")
    await says(persona, "answer to next")


async def test_conversation_commands_outside_threads_explain_where_they_work(harness: ServiceHarness) -> None:
    persona = harness.thread()
    await persona.say("/new")

    await says(persona, "!new")


async def test_an_unknown_command_gets_a_suggestion(harness: ServiceHarness) -> None:
    persona = harness.private()
    await persona.say("/modle")
    await says(persona, "/model")
    await persona.say("/xyzzyxyzzy")

    await says(persona, "don't know")


async def test_the_menu_of_commands_is_registered_in_both_languages(harness: ServiceHarness) -> None:
    await harness.telegram.wait_for(lambda: harness.telegram.commands(language_code="zh"))

    assert harness.telegram.commands()["model"] == "Choose models for this chat"
    assert harness.telegram.commands(language_code="zh")["model"] == "选择当前聊天的模型"


@pytest.mark.parametrize("platform", ["telegram", "slack"])
async def test_sentences_are_in_the_user_s_language(harness: ServiceHarness, platform: str) -> None:
    persona = harness.private(language="zh-hans") if platform == "telegram" else harness.direct(locale="zh-CN")
    await persona.say("/retry")

    await says(persona, "还没有可以重新回答的问题")


async def test_a_finished_answer_can_be_followed_by_another(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "one"
    await direct_persona.say("1")
    await shows(direct_persona, "one")
    harness.wanjie.script.answer = lambda _: "two"
    await direct_persona.say("2")

    await shows(direct_persona, "one two")


async def test_only_admins_set_instructions_where_admins_decide(empty_harness: ServiceHarness) -> None:
    await empty_harness.start(MODEL_CHANGE="admins")
    await empty_harness.ready()
    for admin in (empty_harness.group(), empty_harness.thread()):
        await begun(admin, empty_harness)
        member = empty_harness.joining(admin, "Mel")
        await member.say("/system Answer like a pirate.")
        await says(member, "Only admins")
        await member.say("/system")

        await says(member, "No instructions")
