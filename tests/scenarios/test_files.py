"""Voice messages, pictures and documents that people send, on every kind of conversation."""

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.telegram.persona import TelegramPersona
from tests.core.chat.sent_files import pdf, picture
from tests.scenarios.conversation_steps import asked, says, shown
from tests.scenarios.request_steps import VISION_MODEL, last, pictures, words

from . import conversation_steps

EARS = "SenseVoiceSmall"
CSV = b"name,age\nAda,36\nLin,41\n"


def running_with(**settings: str) -> pytest.MarkDecorator:
    """Let the service of a test have other settings."""
    return pytest.mark.parametrize("harness", [settings], indirect=True, ids=["-".join(settings)])


with_transcription = running_with(WANJIE_TRANSCRIBE_MODEL=EARS)
with_vision = running_with(WANJIE_DEFAULT_MODEL=VISION_MODEL)


@pytest.fixture
async def harness(empty_harness: ServiceHarness, request: pytest.FixtureRequest) -> ServiceHarness:
    """Simulators and one running service; its answers are numbered."""
    empty_harness.wanjie.script.answer = lambda _: f"answer {len(asked(empty_harness))}."
    settings: dict[str, str] = getattr(request, "param", {})
    await empty_harness.start(**settings)
    await empty_harness.ready()
    return empty_harness


def hears(harness: ServiceHarness, transcript: str) -> None:
    harness.wanjie.script.models += (EARS,)
    harness.wanjie.script.transcript = transcript


async def answered(persona: Persona, harness: ServiceHarness, count: int) -> None:
    """Wait until the model has answered so many times."""
    await says(persona, f"answer {count}.")
    assert len(asked(harness)) == count


@with_transcription
async def test_a_voice_message_is_answered_below_its_transcript(persona: Persona, harness: ServiceHarness) -> None:
    hears(harness, "How far away is the moon?")

    await persona.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await answered(persona, harness, 1)
    shown = persona.answers()
    await persona.say("And the sun?")
    await answered(persona, harness, 2)

    assert "🎤 How far away is the moon?" in shown[0]
    assert "answer 1." in shown[1]
    assert [words(message).split(": ")[-1] for message in asked(harness)[-1] if message["role"] != "system"] == [
        "How far away is the moon?",
        "answer 1.",
        "And the sun?",
    ]


@with_transcription
async def test_a_transcript_is_posted_once_although_its_process_is_killed(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    hears(harness, "Count!")
    harness.wanjie.script.answer = lambda _: conversation_steps.words(60)
    harness.wanjie.script.hold_after = 30
    await direct_persona.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await direct_persona.until(lambda: len(shown(direct_persona)) > 10)
    await harness.kill(harness.processes[-1])
    harness.wanjie.script.hold_after = None
    await harness.start(WANJIE_TRANSCRIBE_MODEL=EARS)
    await says(direct_persona, "w59")

    assert ["🎤 Count!" in answer for answer in direct_persona.answers()] == [True, False]
    assert [call.path for call in harness.wanjie.requests].count("/api/v1/audio/transcriptions") == 1


async def test_without_a_transcription_model_voice_messages_are_not_understood(
    persona: Persona, harness: ServiceHarness
) -> None:
    await persona.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)

    await says(persona, "Voice messages aren't set up")
    assert not asked(harness)


@with_transcription
async def test_silence_and_a_failed_transcription_are_explained(
    direct_persona: Persona, harness: ServiceHarness
) -> None:
    hears(harness, "")

    await direct_persona.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await says(direct_persona, "couldn't make out any words")
    harness.wanjie.script.key = "another"
    await direct_persona.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await says(direct_persona, "Wanjie key isn't accepted")


@with_vision
async def test_a_picture_is_seen_and_still_there_for_the_next_question(
    persona: Persona, harness: ServiceHarness
) -> None:
    await persona.send(picture(320, 200, "JPEG"), "cat.jpg", "image/jpeg", text="What is this?")
    await answered(persona, harness, 1)
    first = last(harness)
    await persona.say("Are you sure?")
    await answered(persona, harness, 2)

    assert pictures(first) == [(320, 200)]
    assert words(first).endswith("What is this?")
    second = [message for message in asked(harness)[-1] if message["role"] == "user"]
    assert [pictures(message) for message in second] == [[(320, 200)], []]


@with_vision
async def test_a_picture_survives_a_restart_of_the_service(direct_persona: Persona, harness: ServiceHarness) -> None:
    await direct_persona.send(picture(320, 200, "JPEG"), "cat.jpg", "image/jpeg")
    await answered(direct_persona, harness, 1)
    await harness.end(harness.processes[-1])
    await harness.start(WANJIE_DEFAULT_MODEL=VISION_MODEL)
    await direct_persona.say("What was it?")
    await answered(direct_persona, harness, 2)

    assert [pictures(message) for message in asked(harness)[-1]] == [[(320, 200)], [], []]


async def test_a_model_without_vision_suggests_others(persona: Persona, harness: ServiceHarness) -> None:
    await persona.send(picture(), "cat.png", "image/png", text="What is this?")

    sentence = await says(persona, "can't see pictures")
    assert "gemini-2.5-pro" in sentence
    assert not asked(harness)


@with_vision
async def test_a_reply_to_a_picture_asks_about_it(harness: ServiceHarness) -> None:
    group = harness.group()
    group.person.send_photo(group.chat, picture(64, 48), "from my holidays")
    await group.reply("What is in this?", to="holidays")
    await answered(group, harness, 1)

    assert pictures(last(harness)) == [(64, 48)]
    assert "> from my holidays" in words(last(harness))


@with_vision
async def test_a_first_mention_in_a_thread_asks_about_the_picture_there(harness: ServiceHarness) -> None:
    persona, bob = harness.thread(), harness.slack.user("Bob")
    photo = bob.file("cat.png", picture(64, 48), mimetype="image/png")
    persona.root = (await bob.say(persona.channel, "from my holidays", files=[photo])).ts
    await persona.user.mention(persona.channel, "What is in this?", thread_ts=persona.root)
    await answered(persona, harness, 1)

    assert pictures(last(harness)) == [(64, 48)]
    assert "> from my holidays" in words(last(harness))


@with_vision
async def test_a_picture_from_another_workspace_is_seen(harness: ServiceHarness) -> None:
    harness.slack.announcer.subscriptions.add("app_mention")
    harness.slack.rules.mention_first = True
    persona = harness.thread()
    file = persona.user.file("cat.png", picture(64, 48), mimetype="image/png")
    file.access = "check_file_info"
    persona.root = (await persona.user.say(persona.channel, f"{harness.slack.mention} What is this?", files=[file])).ts
    await answered(persona, harness, 1)

    assert pictures(last(harness)) == [(64, 48)]


async def test_documents_are_read_into_the_question(persona: Persona, harness: ServiceHarness) -> None:
    sent = (
        (CSV, "people.csv", "text/csv", "Ada,36"),
        (b"def answer():\n    return 42\n", "answer.py", "text/x-python", "return 42"),
        (pdf("The secret is 4711."), "report.pdf", "application/pdf", "The secret is 4711."),
    )
    for count, (data, name, mime, part) in enumerate(sent, start=1):
        await persona.send(data, name, mime, text="Explain this.")
        await answered(persona, harness, count)

        assert f"[File: {name}" in words(last(harness))
        assert part in words(last(harness))
        assert words(last(harness)).endswith("Explain this.")
    assert len(persona.answers()) == len(sent)


@running_with(FILE_LIMIT="1000")
async def test_a_shortened_document_is_noted_above_the_answer(persona: Persona, harness: ServiceHarness) -> None:
    await persona.send(b"word " * 400, "long.txt", "text/plain", text="Sum it up.")
    await answered(persona, harness, 1)

    assert "first 1,000 of 2,000 characters" in persona.answers()[0]
    assert "answer 1." in persona.answers()[1]
    assert "cut after 1,000 characters" in words(last(harness))


@with_vision
async def test_an_unreadable_file_is_explained_and_the_next_question_answered(
    persona: Persona, harness: ServiceHarness
) -> None:
    bad = (
        (b"PK\x03\x04" + bytes(range(256)) * 8, "letter.docx", "application/vnd.openxmlformats", "letter.docx"),
        (pdf("hidden", locked=True), "locked.pdf", "application/pdf", "locked.pdf"),
        (pdf(""), "scan.pdf", "application/pdf", "scan.pdf"),
        (bytes(2000), "clip.mp4", "video/mp4", "can't read this kind"),
        (bytes(30_000_000), "huge.txt", "text/plain", "too large"),
    )
    for data, name, mime, part in bad:
        await persona.send(data, name, mime, text="Look!")
        await says(persona, part)
    await persona.say("Never mind.")
    await answered(persona, harness, 1)

    assert words(last(harness)).endswith("Never mind.")
    assert len(persona.answers()) == len(bad) + 1


@with_vision
async def test_a_broken_picture_is_explained(persona: Persona, harness: ServiceHarness) -> None:
    whole = picture(400, 300)
    # Telegram refuses to show what is no picture, so there it comes as a file.
    mime = "application/octet-stream" if isinstance(persona, TelegramPersona) else "image/png"
    await persona.send(whole[: len(whole) // 2], "half.png", mime, text="What is this?")

    await says(persona, "can't open")
    assert not asked(harness)


async def test_a_file_without_words_is_a_question_too(persona: Persona, harness: ServiceHarness) -> None:
    await persona.send(CSV, "people.csv", "text/csv")
    await answered(persona, harness, 1)

    assert "Ada,36" in words(last(harness))
