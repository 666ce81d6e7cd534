"""Forms that ask for what a command lacks, in Slack, and questions that do so on Telegram."""

import json
from collections.abc import Awaitable, Callable

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.screen import ShownForm
from bots.sandbox.slack.blocks.inputs import REQUIRED
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.conversation_steps import asked, echo, says, until_asked
from tests.scenarios.picture_steps import begun, drawn, orders

OPEN = "Open the form"


async def opened(persona: SlackPersona) -> ShownForm:
    """Wait until the person sees a form."""
    form = await persona.until(lambda: persona.form)
    assert form is not None
    return form


async def refused(
    harness: ServiceHarness, persona: SlackPersona, form: str, submit: Callable[[], Awaitable[object]]
) -> None:
    """Submit a form that counts for nothing."""
    harness.slack.views.note_errors(form, {})
    await submit()
    await persona.until(lambda: persona.form is not None and "has expired" in persona.form.fields[0].error)


async def closed(persona: SlackPersona) -> None:
    await persona.until(lambda: persona.form is None)


async def test_imagine_without_words_opens_a_form_in_slack(harness: ServiceHarness) -> None:
    persona = harness.direct()
    await persona.say("/imagine")
    form = await opened(persona)
    assert (form.title, [field.value for field in form.fields]) == ("Draw a picture", ["", "Square (1:1)", "1"])
    assert not persona.submit_form()
    assert persona.form is not None
    assert persona.form.fields[0].error == REQUIRED

    persona.fill(prompt="a fox --size 1")
    persona.submit_form()
    await persona.until(lambda: persona.form is not None and "is not a valid size" in persona.form.fields[0].error)
    persona.fill(prompt="a red fox", ratio="Wide (16:9)", count="2")
    assert persona.answers() == []
    persona.submit_form()
    post = await drawn(persona)
    await closed(persona)
    submitted = next(one for one in reversed(harness.slack.socket.sent) if one.get("type") == "view_submission")
    harness.slack.socket.send("interactive", submitted)  # a replay
    await persona.say("/usage")
    await says(persona, "tokens")

    assert len(post.files) == 2
    assert (orders(harness)[-1]["prompt"], orders(harness)[-1]["size"]) == ("a red fox", "1344x768")


async def test_the_form_of_instructions_shows_those_that_hold_and_can_remove_them(harness: ServiceHarness) -> None:
    persona = harness.direct()
    await persona.say("/wanjie system You are a pirate.")
    await says(persona, "It applies from your next message")
    await persona.say("/system")
    assert [field.value for field in (await opened(persona)).fields] == ["You are a pirate.", ""]
    persona.fill(text="")
    persona.submit_form()
    await persona.until(lambda: persona.form is not None and persona.form.fields[0].error)
    persona.fill(clear="Remove the instructions")
    persona.submit_form()
    await says(persona, "The instructions for this chat are removed.")

    await persona.say("/system")
    assert [field.value for field in (await opened(persona)).fields] == [""]
    persona.close_form()
    assert len(persona.answers()) == 2


async def test_a_hint_in_a_thread_opens_the_form_there(harness: ServiceHarness) -> None:
    persona = harness.thread()
    await begun(persona, harness)
    await persona.say("/imagine")
    await says(persona, "What should be in the picture?")
    await persona.choose(OPEN)
    await opened(persona)
    persona.fill(prompt="a red fox")
    persona.submit_form()

    await drawn(persona)


@pytest.mark.parametrize("reason", ["expired_trigger_id", "missing_scope"])
async def test_a_form_that_cannot_be_opened_is_replaced_by_the_hint(harness: ServiceHarness, reason: str) -> None:
    persona = harness.direct()
    harness.slack.faults.fail("views.open", reason, times=2)
    await persona.say("/imagine")
    await says(persona, "What should be in the picture?")
    await persona.choose(OPEN)
    await persona.until(lambda: "I couldn't open the form in time" in " ".join(persona.hints()))
    await persona.choose(OPEN)

    assert (await opened(persona)).title == "Draw a picture"


async def test_a_form_that_opens_too_slowly_is_replaced_by_the_hint_in_time(harness: ServiceHarness) -> None:
    persona = harness.direct()
    harness.slack.faults.delay("views.open", 60)
    await persona.say("/imagine")
    await says(persona, "What should be in the picture?")

    assert not harness.slack.socket.undelivered


async def test_who_may_not_use_the_bot_gets_no_form_and_its_submission_is_not_taken(
    empty_harness: ServiceHarness,
) -> None:
    harness = empty_harness
    await harness.start(ACCESS_MODE="pairing", SLACK_CONNECT="off")
    await harness.ready()
    eve = harness.slack.visitor("Eve")
    stranger = SlackPersona(harness.slack, eve, harness.slack.channel("shared", members=[eve]))
    await stranger.say("/imagine")
    await stranger.until(stranger.answers)
    assert stranger.form is None
    assert not harness.slack.count("views.open")


async def test_a_form_counts_only_as_it_was_opened_and_for_whom_it_was_opened(harness: ServiceHarness) -> None:
    persona, eve, slack = harness.direct(), harness.direct("Eve"), harness.slack
    await persona.say("/imagine")
    form = await opened(persona)
    modal = slack.views.modals[form.id]
    genuine = modal["private_metadata"]
    forged: dict[str, object] = {
        "chat": f"sl:{slack.team_id}:{eve.channel.id}",
        "signature": "AAAAAAAAAAAA",
        "event": "v1",
        "direct": False,
        "route": f"{slack.api_url}elsewhere",
        "files": ["F1"],
        "sign": "[You won](https://evil.example)",
        "named": ["U1", "U2"],
    }
    values = {"prompt": {"prompt": {"type": "plain_text_input", "value": "a fox"}}}
    for name, value in forged.items():
        modal["private_metadata"] = json.dumps(json.loads(genuine) | {name: value})
        await refused(harness, persona, form.id, lambda: persona.user.submit(form.id, values))
    modal["private_metadata"] = genuine
    await refused(harness, persona, form.id, lambda: eve.user.submit(form.id, values))
    modal["callback_id"] = "translate"
    await refused(harness, persona, form.id, lambda: persona.user.submit(form.id, values))
    modal["private_metadata"], modal["callback_id"] = json.dumps(json.loads(genuine) | {"chat": "tg:1:2"}), "imagine"
    await persona.user.submit(form.id, values)
    await closed(persona)

    assert orders(harness) == []
    assert not slack.socket.undelivered


@pytest.mark.parametrize("place", ["private", "group"])
async def test_telegram_asks_for_the_words_of_imagine(harness: ServiceHarness, place: str) -> None:
    persona = harness.private() if place == "private" else harness.group()
    await persona.say("/imagine")
    await says(persona, "What should be in the picture? Reply to this message")
    persona.answer_question("a red fox --n 2")
    await drawn(persona)

    assert orders(harness)[-1]["prompt"] == "a red fox"
    with pytest.raises(LookupError):
        persona.answer_question("and a cat")


async def test_telegram_asks_for_instructions_and_takes_the_reply_as_such(harness: ServiceHarness) -> None:
    persona = harness.private(language="zh")
    await persona.say("/system")
    await says(persona, "还没有设定")
    await says(persona, "请回复这条消息")
    persona.answer_question("你是海盗")
    await says(persona, "好的")
    await persona.say("/system")
    await says(persona, "“你是海盗”")
    await persona.until(lambda: len(persona.answers()) == 5)
    persona.answer_question("关闭")

    await says(persona, "已取消当前聊天的设定")


async def test_telegram_translates_the_message_that_is_replied_to(harness: ServiceHarness) -> None:
    persona = harness.private()
    harness.wanjie.script.answer = echo
    await persona.say("hello")
    await says(persona, "answer to hello")
    await persona.reply("/translate German", to="answer to hello")
    await until_asked(harness, 2)
    await persona.say("/translate")
    await says(persona, "Reply to this message with the text")
    persona.answer_question("ja: See you")
    await until_asked(harness, 3)

    second, third = (messages[-1]["content"] for messages in asked(harness)[1:])
    assert ("> answer to hello" in second, "into German." in second) == (True, True)
    assert ("> See you" in third, "into Japanese." in third) == (True, True)
