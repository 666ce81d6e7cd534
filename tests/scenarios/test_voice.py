"""Voice notes, on every kind of conversation."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.wanjie.sample_media import make_mp3
from tests.scenarios.conversation_steps import says
from tests.scenarios.voice_steps import PACE, SENTENCE, hears, length, notes, spoken, talking


def is_telegram(persona: Persona) -> bool:
    return isinstance(persona, TelegramPersona)


async def test_a_text_is_spoken_as_a_voice_note(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    await persona.say("/speak Good morning, dear friends!")
    note = await hears(persona)

    assert [body["input"] for body in spoken(harness)] == ["Good morning, dear friends!"]
    expected = len("Good morning, dear friends!") / PACE
    assert length(note.files[0]) == pytest.approx(expected, abs=0.2)
    if is_telegram(persona):
        assert note.kind == "voice"
        assert note.files[0].startswith(b"OggS")
        assert note.seconds == pytest.approx(expected, abs=1)
    else:
        assert note.files[0] == make_mp3("Good morning, dear friends!")
        assert [file.title for file in harness.slack.workspace.files.values()] == ["Good morning, dear friends!"]


async def test_while_it_is_spoken_telegram_shows_a_recording(harness: ServiceHarness) -> None:
    persona = harness.private()
    harness.wanjie.script.speech_delay = 0.5
    await persona.say("/speak Good morning!")
    await hears(persona)

    assert persona.signs() == ["record_voice"]


async def test_while_it_is_spoken_slack_shows_a_status_in_the_thread(harness: ServiceHarness) -> None:
    persona = harness.thread()
    await talking(persona, harness)
    before = len(persona.signs())
    harness.wanjie.script.speech_delay = 3
    await persona.say("/speak Good morning!")
    await hears(persona)

    assert len(persona.signs()) > before
    await persona.until(lambda: _status(harness) == "")


async def test_a_slack_status_ends_with_an_ephemeral_answer(harness: ServiceHarness) -> None:
    persona = harness.thread()
    await talking(persona, harness)
    await persona.until(lambda: "Speak" in " ".join(persona.buttons()))
    harness.wanjie.script.violates_policy, harness.wanjie.script.speech_delay = lambda _: True, 3
    await persona.press("Speak")
    await persona.until(lambda: _status(harness) == "is recording…")
    await persona.until(lambda: "content rules" in " ".join(persona.answers()))

    await persona.until(lambda: _status(harness) == "")


def _status(harness: ServiceHarness) -> str:
    return next((status.text for status in reversed(harness.slack.statuses)), "")


async def test_a_long_text_is_joined_from_several_requests(persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.sound = lambda text: make_mp3(text[::10])  # ten times as fast: minutes take long to encode
    await talking(persona, harness)
    text = "".join(SENTENCE.format(number) for number in range(45)).strip()
    await persona.say(f"/speak {text}")
    note = await hears(persona)

    pieces = sorted((str(body["input"]) for body in spoken(harness)), key=lambda piece: text.index(piece.strip()))
    assert len(text) > 2000
    assert len(pieces) == 4
    assert " ".join(piece.strip() for piece in pieces) == text
    assert length(note.files[0]) == pytest.approx(sum(len(piece[::10]) for piece in pieces) / PACE, rel=0.02)


async def test_a_replied_message_is_spoken(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    await talking(persona, harness, "what now?")
    await persona.reply("/speak", "answer to hello")
    await hears(persona)

    assert [body["input"] for body in spoken(harness)] == ["answer to hello."]


async def test_without_a_text_the_newest_answer_is_spoken(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    await talking(persona, harness, "what now?")
    await persona.say("/speak")
    await hears(persona)

    assert [body["input"] for body in spoken(harness)] == ["answer to what now?"]


async def test_speak_without_a_text_explains_itself(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.say("/speak")
    await says(direct_persona, "/speak Good morning!")
    await direct_persona.say("/speak ---")
    await says(direct_persona, "nothing in this message")

    assert not spoken(harness)


async def test_the_button_under_an_answer_speaks_it(persona: Persona, harness: ServiceHarness) -> None:
    await talking(persona, harness)
    await persona.until(lambda: any("Speak" in label for label in persona.buttons()))
    await persona.press(next(label for label in persona.buttons() if "Speak" in label))
    await hears(persona)

    assert [body["input"] for body in spoken(harness)] == ["answer to hello."]


async def test_the_button_of_a_forgotten_answer_speaks_the_text_above_it(
    persona: Persona, harness: ServiceHarness
) -> None:
    await talking(persona, harness)
    await persona.until(lambda: any("Speak" in label for label in persona.buttons()))
    await persona.say("/new")
    await says(persona, "New conversation")
    await persona.press(next(label for label in persona.buttons() if "Speak" in label))
    await hears(persona)

    assert "answer to hello" in spoken(harness)[0]["input"]


async def test_markdown_is_spoken_as_words(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "**Bold**, see [the page](https://example.org).\n\n```python\nx = 1\n```"
    await direct_persona.say("hello")
    await says(direct_persona, "Bold")
    await direct_persona.say("/speak")
    await hears(direct_persona)

    (asked,) = [body["input"] for body in spoken(harness)]
    assert "Bold, see the page" in asked
    assert not {"*", "`", "https"} & set(asked.split())
    assert "x = 1" not in asked
    assert "code" in asked


async def test_the_same_text_is_not_synthesized_again(direct_persona: Persona, harness: ServiceHarness) -> None:
    for count in (1, 2):
        await direct_persona.say("/speak Good morning!")
        await hears(direct_persona, count)

    first, second = notes(direct_persona)
    assert first.files == second.files
    assert len(spoken(harness)) == 1
