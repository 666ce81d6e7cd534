"""What a client sends as a press counts only if the service made that button, here, for this person."""

from __future__ import annotations

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.telegram.state import Message
from core.queue import event_tag
from tests.scenarios.button_steps import AGAIN, SPEAK, STOP, answered, grows, offers, told
from tests.scenarios.conversation_steps import asked, says, until_abandoned, words


def newest_answer(persona: TelegramPersona) -> Message:
    """Return the newest message with buttons."""
    return next(message for message in reversed(list(persona.chat.messages.values())) if message.buttons)


def value_of(message: Message, name: str) -> str:
    """Return the callback data of the button of that name."""
    return next(data for button in message.buttons if (data := button["callback_data"]).startswith(f"{name}:"))


async def test_forged_and_replayed_presses_do_nothing(harness: ServiceHarness) -> None:
    ada = harness.group()
    bo = harness.joining(ada, "Bo")
    assert isinstance(bo, TelegramPersona)
    await answered(ada, harness)
    await offers(ada, AGAIN, SPEAK)
    old = value_of(newest_answer(ada), "retry")
    tag = old.removeprefix("retry:").split(" ")[0]
    await grows(ada, harness, words(400))
    answer = newest_answer(ada)
    stop = value_of(answer, "stop")
    running, me = stop.removeprefix("stop:").split(" ")[0], bo.person.user.id
    forged = [
        f"stop:{running} {me}",
        f"stop:{running} *",
        f"stop: {me}",
        "stop:",
        stop.replace(str(ada.person.user.id), str(me)),
        f"retry:{tag} {me}",
        old.replace("retry:", "stop:"),
        old.replace("retry:", "speak:"),
        f"imagine:{event_tag('1 pictures')} {me} again",
    ]
    for data in forged:
        bo.person.call_back(answer, data)
    await told(bo, "has expired", count=len(forged))
    cy = harness.joining(ada, "Cy")  # Bo has used up what one person may have answered in a second
    assert isinstance(cy, TelegramPersona)
    cy.person.call_back(answer, stop)  # genuine, but made for Ada
    await told(cy, "Only the person who asked")

    assert STOP in " ".join(ada.buttons())
    assert len(asked(harness)) == 2

    await ada.press(STOP)
    await until_abandoned(harness)
    ada.person.call_back(answer, old)  # her own, of an older answer, upon another message
    await told(ada, "Only the latest answer")
    assert len(asked(harness)) == 2


async def test_a_button_of_another_chat_does_nothing_here(harness: ServiceHarness) -> None:
    ada = harness.private()
    await answered(ada, harness)
    await offers(ada, AGAIN, SPEAK)
    elsewhere = harness.group()
    chat = TelegramPersona(harness.telegram, ada.person, elsewhere.chat)
    await answered(chat, harness)
    await offers(chat, AGAIN, SPEAK)
    ada.person.call_back(newest_answer(chat), value_of(newest_answer(ada), "retry"))
    await told(chat, "has expired")

    assert len(asked(harness)) == 2


@pytest.mark.parametrize("place", ["telegram", "slack"])
async def test_commands_in_a_group_are_for_who_asked_and_for_admins(place: str, harness: ServiceHarness) -> None:
    asker = harness.group() if place == "telegram" else harness.thread()
    await grows(asker, harness, words(400))
    member, admin = harness.joining(asker, "Mel"), harness.joining(asker, "Root", admin=True)
    await member.say("/stop")
    await says(member, "Only the person who asked")
    await admin.say("/stop")
    await until_abandoned(harness)
    await offers(asker, AGAIN, SPEAK)
    await member.say("/retry")
    await says(member, "Only the person who asked")
    for command in ("/new", "/system Answer like a pirate."):
        await member.say(command)
    await told(member, "others have asked", count=2)
    await member.say("/system")
    await says(member, "No instructions")
    await asker.say("/system Answer in rhymes.")
    await says(asker, "Got it.")
    await asker.say("/new")
    await says(asker, "New conversation")

    assert len(asked(harness)) == 1
