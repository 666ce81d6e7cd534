"""Voice messages, pictures and documents that people send, on every kind of conversation."""

from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.telegram.persona import TelegramSeat
from tests.core.chat.sending import pdf, picture
from tests.scenarios.saying import asked, says, shown

from . import saying

EARS, EYES = "SenseVoiceSmall", "GPT-4o"
CSV = b"name,age\nAda,36\nLin,41\n"


def running_with(**settings: str) -> pytest.MarkDecorator:
    """Let the service of a test have other settings."""
    return pytest.mark.parametrize("stage", [settings], indirect=True, ids=["-".join(settings)])


hearing = running_with(WANJIE_TRANSCRIBE_MODEL=EARS)
seeing = running_with(WANJIE_DEFAULT_MODEL=EYES)


@pytest.fixture
async def stage(empty_stage: Stage, request: pytest.FixtureRequest) -> Stage:
    """Simulators and one running service; its answers are numbered."""
    empty_stage.wanjie.script.answer = lambda _: f"answer {len(asked(empty_stage))}."
    settings: dict[str, str] = getattr(request, "param", {})
    await empty_stage.start(**settings)
    await empty_stage.ready()
    return empty_stage


def hears(stage: Stage, transcript: str) -> None:
    stage.wanjie.script.models += (EARS,)
    stage.wanjie.script.transcript = transcript


def words(message: dict[str, Any]) -> str:
    """What a message in a request says, pictures left out."""
    content: str | list[dict[str, Any]] = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def pictures(message: dict[str, Any]) -> list[tuple[int, int]]:
    """The sizes of the pictures that a message in a request holds."""
    content: str | list[dict[str, Any]] = message["content"]
    parts = [] if isinstance(content, str) else content
    urls: list[str] = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    return [Image.open(BytesIO(b64decode(url.partition(";base64,")[2]))).size for url in urls]


def last(stage: Stage) -> dict[str, Any]:
    """The last question that a model was asked."""
    return asked(stage)[-1][-1]


async def answered(seat: Seat, stage: Stage, count: int) -> None:
    """Wait until the model has answered so many times."""
    await says(seat, f"answer {count}.")
    assert len(asked(stage)) == count


@hearing
async def test_a_voice_message_is_answered_below_its_transcript(seat: Seat, stage: Stage) -> None:
    hears(stage, "How far away is the moon?")

    await seat.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await answered(seat, stage, 1)
    shown = seat.answers()
    await seat.say("And the sun?")
    await answered(seat, stage, 2)

    assert "🎤 How far away is the moon?" in shown[0]
    assert "answer 1." in shown[1]
    assert [words(message).split(": ")[-1] for message in asked(stage)[-1] if message["role"] != "system"] == [
        "How far away is the moon?",
        "answer 1.",
        "And the sun?",
    ]


@hearing
async def test_a_transcript_is_told_once_though_its_process_is_killed(direct_seat: Seat, stage: Stage) -> None:
    hears(stage, "Count!")
    stage.wanjie.script.answer = lambda _: saying.words(60)
    stage.wanjie.script.tokens_per_second = 25
    await direct_seat.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await direct_seat.until(lambda: len(shown(direct_seat)) > 10)
    await stage.kill(stage.processes[-1])
    await stage.start(WANJIE_TRANSCRIBE_MODEL=EARS)
    await says(direct_seat, "w59")

    assert ["🎤 Count!" in answer for answer in direct_seat.answers()] == [True, False]
    assert [call.path for call in stage.wanjie.requests].count("/api/v1/audio/transcriptions") == 1


async def test_without_a_model_for_it_a_voice_message_is_not_understood(seat: Seat, stage: Stage) -> None:
    await seat.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)

    await says(seat, "do not understand voice messages")
    assert not asked(stage)


@hearing
async def test_silence_and_a_failing_transcription_are_told(direct_seat: Seat, stage: Stage) -> None:
    hears(stage, "")

    await direct_seat.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await says(direct_seat, "could not make out any words")
    stage.wanjie.script.key = "another"
    await direct_seat.send(b"recorded", "audio_message.ogg", "audio/ogg", voice=True)
    await says(direct_seat, "key of this service was refused")


@seeing
async def test_a_picture_is_seen_and_still_there_for_the_next_question(seat: Seat, stage: Stage) -> None:
    await seat.send(picture(320, 200, "JPEG"), "cat.jpg", "image/jpeg", text="What is this?")
    await answered(seat, stage, 1)
    first = last(stage)
    await seat.say("Are you sure?")
    await answered(seat, stage, 2)

    assert pictures(first) == [(320, 200)]
    assert words(first).endswith("What is this?")
    second = [message for message in asked(stage)[-1] if message["role"] == "user"]
    assert [pictures(message) for message in second] == [[(320, 200)], []]


@seeing
async def test_a_picture_survives_a_restart_of_the_service(direct_seat: Seat, stage: Stage) -> None:
    await direct_seat.send(picture(320, 200, "JPEG"), "cat.jpg", "image/jpeg")
    await answered(direct_seat, stage, 1)
    await stage.end(stage.processes[-1])
    await stage.start(WANJIE_DEFAULT_MODEL=EYES)
    await direct_seat.say("What was it?")
    await answered(direct_seat, stage, 2)

    assert [pictures(message) for message in asked(stage)[-1]] == [[(320, 200)], [], []]


async def test_a_model_that_does_not_see_has_others_suggested(seat: Seat, stage: Stage) -> None:
    await seat.send(picture(), "cat.png", "image/png", text="What is this?")

    sentence = await says(seat, "cannot see pictures")
    assert "gemini-2.5-pro" in sentence
    assert not asked(stage)


@seeing
async def test_a_reply_to_a_picture_asks_about_it(stage: Stage) -> None:
    group = stage.group()
    group.person.send_photo(group.chat, picture(64, 48), "from my holidays")
    await group.reply("What is in this?", to="holidays")
    await answered(group, stage, 1)

    assert pictures(last(stage)) == [(64, 48)]
    assert "> from my holidays" in words(last(stage))


@seeing
async def test_a_first_mention_in_a_thread_asks_about_the_picture_there(stage: Stage) -> None:
    seat, bob = stage.thread(), stage.slack.user("Bob")
    photo = bob.file("cat.png", picture(64, 48), mimetype="image/png")
    seat.root = (await bob.say(seat.channel, "from my holidays", files=[photo])).ts
    await seat.user.mention(seat.channel, "What is in this?", thread_ts=seat.root)
    await answered(seat, stage, 1)

    assert pictures(last(stage)) == [(64, 48)]
    assert "> from my holidays" in words(last(stage))


@seeing
async def test_a_picture_from_another_workspace_is_seen(stage: Stage) -> None:
    stage.slack.announcer.subscriptions.add("app_mention")
    stage.slack.rules.mention_first = True
    seat = stage.thread()
    file = seat.user.file("cat.png", picture(64, 48), mimetype="image/png")
    file.access = "check_file_info"
    seat.root = (await seat.user.say(seat.channel, f"{stage.slack.mention} What is this?", files=[file])).ts
    await answered(seat, stage, 1)

    assert pictures(last(stage)) == [(64, 48)]


async def test_documents_are_read_into_the_question(seat: Seat, stage: Stage) -> None:
    sent = (
        (CSV, "people.csv", "text/csv", "Ada,36"),
        (b"def answer():\n    return 42\n", "answer.py", "text/x-python", "return 42"),
        (pdf("The secret is 4711."), "report.pdf", "application/pdf", "The secret is 4711."),
    )
    for count, (data, name, mime, part) in enumerate(sent, start=1):
        await seat.send(data, name, mime, text="Explain this.")
        await answered(seat, stage, count)

        assert f"[File: {name}" in words(last(stage))
        assert part in words(last(stage))
        assert words(last(stage)).endswith("Explain this.")
    assert len(seat.answers()) == len(sent)


@running_with(FILE_LIMIT="1000")
async def test_what_was_cut_of_a_document_is_told_above_the_answer(seat: Seat, stage: Stage) -> None:
    await seat.send(b"word " * 400, "long.txt", "text/plain", text="Sum it up.")
    await answered(seat, stage, 1)

    assert "first 1,000 of 2,000 characters" in seat.answers()[0]
    assert "answer 1." in seat.answers()[1]
    assert "cut after 1,000 characters" in words(last(stage))


@seeing
async def test_what_cannot_be_read_is_told_and_the_next_question_answered(seat: Seat, stage: Stage) -> None:
    bad = (
        (b"PK\x03\x04" + bytes(range(256)) * 8, "letter.docx", "application/vnd.openxmlformats", "letter.docx"),
        (pdf("hidden", locked=True), "locked.pdf", "application/pdf", "locked.pdf"),
        (pdf(""), "scan.pdf", "application/pdf", "scan.pdf"),
        (bytes(2000), "clip.mp4", "video/mp4", "do not understand this kind"),
        (bytes(30_000_000), "huge.txt", "text/plain", "too large for me"),
    )
    for data, name, mime, part in bad:
        await seat.send(data, name, mime, text="Look!")
        await says(seat, part)
    await seat.say("Never mind.")
    await answered(seat, stage, 1)

    assert words(last(stage)).endswith("Never mind.")
    assert len(seat.answers()) == len(bad) + 1


@seeing
async def test_a_broken_picture_is_told(seat: Seat, stage: Stage) -> None:
    whole = picture(400, 300)
    # Telegram refuses to show what is no picture, so there it comes as a file.
    mime = "application/octet-stream" if isinstance(seat, TelegramSeat) else "image/png"
    await seat.send(whole[: len(whole) // 2], "half.png", mime, text="What is this?")

    await says(seat, "cannot open this picture")
    assert not asked(stage)


async def test_a_file_without_words_is_a_question_too(seat: Seat, stage: Stage) -> None:
    await seat.send(CSV, "people.csv", "text/csv")
    await answered(seat, stage, 1)

    assert "Ada,36" in words(last(stage))
