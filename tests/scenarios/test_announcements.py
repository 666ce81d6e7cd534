"""Announcements: every chat that has used the bot lately reads them once, after an admin has confirmed the number."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.access_steps import claim, start
from tests.scenarios.button_steps import answered
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import says

_TEXT = "The bot rests tonight from 22:00."
_IDS = ",".join(str(1000 + number) for number in range(1, 30))


def read_by(persona: Persona) -> int:
    """How often a person has read the announcement."""
    return sum(_TEXT in answer for answer in persona.answers())


async def ask(root: Persona, harness: ServiceHarness, readers: Sequence[Persona]) -> None:
    """Let everybody talk with the bot once, and ask to announce something."""
    await start(harness, TELEGRAM_ALLOWED_IDS=_IDS)
    await claim(harness, root)
    for reader in readers:
        await answered(reader, harness)
    await answered(readers[-1], harness, "again")  # by now the first answer is remembered
    await root.say(f"/admin announce {_TEXT}")


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_an_announcement_is_confirmed_and_read_once_in_every_active_chat(
    empty_harness: ServiceHarness, place: str
) -> None:
    harness, root = empty_harness, PERSONAS[place](empty_harness)
    stranger, silent = harness.direct("Gus"), harness.private("Silent")
    stranger.user.person.is_guest = True
    gone = harness.private("Gone")
    channel = harness.thread()
    readers: list[Persona] = [harness.private(), harness.group(), harness.direct(), channel]
    await ask(root, harness, [*readers, gone])
    await stranger.say("let me in")
    await says(stranger, "people and groups that my admins know")
    await says(root, "Send this to 5 chats that have used the bot lately?")
    assert not any(map(read_by, readers))
    gone.person.block()
    channel.root = None  # it is told outside of threads
    again = root.press_later("Send") if root.buttons() else None
    await root.choose("Send")
    await says(root, "Sent to 4 of 5.")
    if again is not None:
        await again()
    await answered(readers[0], harness, "and now")

    assert [read_by(reader) for reader in readers] == [1, 1, 1, 1]
    assert [read_by(other) for other in (stranger, silent)] == [0, 0]
    assert sum("Sent to" in answer for answer in root.answers()) == 1
    assert "Traceback" not in harness.logs()


async def test_an_announcement_can_be_discarded(empty_harness: ServiceHarness) -> None:
    harness, root, reader = empty_harness, empty_harness.private("Root"), empty_harness.private()
    await ask(root, harness, [reader])
    await says(root, "Send this to one chat")
    await root.choose("Don't send")
    await says(root, "Not sent.")
    await answered(reader, harness, "and now")

    assert not read_by(reader)


async def test_a_killed_process_goes_on_and_tells_nobody_twice(empty_harness: ServiceHarness) -> None:
    harness, root = empty_harness, empty_harness.private("Root")
    readers: list[Persona] = [harness.private() for _ in range(16)]
    await ask(root, harness, readers)
    await says(root, "Send this to 16 chats")
    await root.choose("Send")
    await root.until(lambda: sum(map(read_by, readers)) >= 4)
    await harness.kill(harness.processes[0])
    reached = sum(map(read_by, readers))
    await harness.start()
    await says(root, "Sent to 1")

    assert reached < 16
    assert max(map(read_by, readers)) == 1
    assert sum(map(read_by, readers)) >= 15
