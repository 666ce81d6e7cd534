"""What people say aloud becomes words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bots.sandbox.wanjie.simulator import Failure, Upload, WanjieSim
from core.chat.port.errors import PlatformUnreachableError, RateLimitedError, RecipientGoneError
from core.chat.port.incoming import Attachment
from core.chat.question.build_question import QuestionBuilder
from core.chat.question.download_and_decode import download
from core.chat.text.user_error import UserFacingError
from core.wanjie import RefusedContentError, ServerFaultError
from tests.core.chat.sent_files import VOICE, Mail, sent
from tests.core.chat.video_files import make_video
from tests.core.media.audio_files import play
from tests.core.metered import PAYER

MODEL, EARS = "deepseek-v3", "SenseVoiceSmall"


@pytest.fixture
def with_transcription(reading_with: Callable[..., QuestionBuilder], sim: WanjieSim) -> QuestionBuilder:
    sim.script.models += (EARS,)
    sim.script.transcript = lambda audio: f"you said {audio.decode()}"
    return reading_with(transcribe_model=EARS)


@pytest.fixture
def mail() -> Mail:
    return Mail({"v1": b"hello"})


async def user_error(questions: QuestionBuilder, mail: Mail, attachment: Attachment = VOICE) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        await questions.build(sent(attachment), mail, [], model=MODEL, payer=PAYER)
    return caught.value


async def test_a_voice_message_is_transcribed_and_the_transcript_posted(
    with_transcription: QuestionBuilder, mail: Mail
) -> None:
    question, notes = await with_transcription.build(sent(VOICE), mail, [], model=MODEL, payer=PAYER)

    assert question.text == "you said hello"
    assert notes == ("> 🎤 you said hello",)


async def test_text_beside_a_voice_message_precedes_the_transcript(
    with_transcription: QuestionBuilder, mail: Mail
) -> None:
    question, _ = await with_transcription.build(sent(VOICE, text="Translate:"), mail, [], model=MODEL, payer=PAYER)

    assert question.text == "Translate:\n\nyou said hello"


@pytest.mark.parametrize(
    ("name", "mime", "uploaded"),
    [
        ("", "audio/ogg", "recording.ogg"),
        ("", "audio/mp4", "recording.m4a"),
        ("", "audio/webm; codecs=opus", "recording.webm"),
        ("audio_message", "audio/mp4", "recording.m4a"),
        ("song.mp3", "audio/mpeg", "song.mp3"),
    ],
)
async def test_the_model_is_told_the_format(
    with_transcription: QuestionBuilder, mail: Mail, sim: WanjieSim, name: str, mime: str, uploaded: str
) -> None:
    await with_transcription.build(sent(Attachment("audio", "v1", name, mime)), mail, [], model=MODEL, payer=PAYER)

    file = sim.requests[-1].body["file"]
    assert isinstance(file, Upload)
    assert (file.name, file.data) == (uploaded, b"hello")
    assert sim.requests[-1].body["model"] == EARS


async def test_without_a_transcription_model_voice_is_not_understood(questions: QuestionBuilder, mail: Mail) -> None:
    assert (await user_error(questions, mail)).key == "file.deaf"
    assert mail.fetched == []


async def test_words_with_a_voice_message_are_answered_without_it(questions: QuestionBuilder, mail: Mail) -> None:
    question, notes = await questions.build(sent(VOICE, text="Hi"), mail, [], model=MODEL, payer=PAYER)

    assert question.text == "[unreadable voice message]\n\nHi"
    assert notes == ("Voice messages aren't set up here. Please write instead.",)


async def test_a_bare_mention_below_a_voice_message_asks_its_transcript(
    with_transcription: QuestionBuilder, mail: Mail
) -> None:
    question, notes = await with_transcription.build(sent(to=(VOICE,)), mail, [], model=MODEL, payer=PAYER)

    assert (question.text, notes) == ("you said hello", ())


async def test_a_question_about_a_voice_message_contains_its_transcript(
    with_transcription: QuestionBuilder, mail: Mail
) -> None:
    question, notes = await with_transcription.build(
        sent(text="Is it true?", to=(VOICE,)), mail, [], model=MODEL, payer=PAYER
    )

    assert question.text == "[voice message]\n```\nyou said hello\n```\n\nIs it true?"
    assert notes == ()


async def test_a_reply_to_a_voice_message_without_transcription_is_answered_silently(
    questions: QuestionBuilder, mail: Mail
) -> None:
    question, notes = await questions.build(sent(text="Thanks", to=(VOICE,)), mail, [], model=MODEL, payer=PAYER)

    assert question.text.endswith("Thanks")
    assert notes == ()


async def test_silence_is_explained(with_transcription: QuestionBuilder, mail: Mail, sim: WanjieSim) -> None:
    sim.script.transcript = " \n"

    error = await user_error(with_transcription, mail)
    assert (error.key, error.values) == ("file.silent", {"name": "the voice message"})


async def test_unsupported_audio_is_explained(with_transcription: QuestionBuilder, mail: Mail) -> None:
    assert (await user_error(with_transcription, mail, replace(VOICE, name="noise.mid"))).key == "file.unheard"


@pytest.mark.parametrize(
    "failure", [Failure(400, message="audio file is too long"), Failure(413), Failure(413, html=True)]
)
async def test_a_recording_that_is_too_long_is_explained(
    with_transcription: QuestionBuilder, mail: Mail, sim: WanjieSim, failure: Failure
) -> None:
    sim.script.fail_next.append(failure)

    assert (await user_error(with_transcription, mail)).key == "file.long"


async def test_a_missing_transcription_model_counts_as_none(
    with_transcription: QuestionBuilder, mail: Mail, sim: WanjieSim
) -> None:
    sim.script.models = sim.script.models[:-1]

    assert (await user_error(with_transcription, mail)).key == "file.deaf"


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure(503), ServerFaultError),
        (Failure(400, message="flagged", code="content_policy_violation"), RefusedContentError),
    ],
)
async def test_service_failures_are_raised(
    with_transcription: QuestionBuilder, mail: Mail, sim: WanjieSim, failure: Failure, error: type[Exception]
) -> None:
    sim.script.fail_next.append(failure)

    with pytest.raises(error):
        await with_transcription.build(sent(VOICE), mail, [], model=MODEL, payer=PAYER)


async def test_a_file_known_to_be_too_large_is_not_downloaded(with_transcription: QuestionBuilder, mail: Mail) -> None:
    error = await user_error(with_transcription, mail, replace(VOICE, size=mail.capabilities.download_limit + 1))

    assert (error.key, error.values["limit"]) == ("file.large", 20)
    assert mail.fetched == []


async def test_a_file_that_proves_too_large_is_explained(with_transcription: QuestionBuilder) -> None:
    too_large = bytes(Mail({}).capabilities.download_limit + 1)

    assert (await user_error(with_transcription, Mail({"v1": too_large}))).key == "file.large"


async def test_a_file_that_is_no_longer_available_is_explained(with_transcription: QuestionBuilder) -> None:
    assert (await user_error(with_transcription, Mail())).key == "file.gone"


async def test_a_busy_platform_is_waited_for(with_transcription: QuestionBuilder, mail: Mail) -> None:
    mail.script = [RateLimitedError(0.01), PlatformUnreachableError("lost")]
    question, _ = await with_transcription.build(sent(VOICE), mail, [], model=MODEL, payer=PAYER)

    assert question.text == "you said hello"
    assert len(mail.fetched) == 3


async def test_a_platform_that_stays_busy_is_given_up() -> None:
    with pytest.raises(UserFacingError) as caught:
        await download("v1", Mail(script=[RateLimitedError(60)]), max_seconds=0.05)

    assert caught.value.key == "file.late"


async def test_a_chat_that_is_gone_ends_the_job(with_transcription: QuestionBuilder, mail: Mail) -> None:
    mail.script = [RecipientGoneError("blocked")]

    with pytest.raises(RecipientGoneError):
        await with_transcription.build(sent(VOICE), mail, [], model=MODEL, payer=PAYER)


@pytest.mark.parametrize("kind", ["video", "document"])
async def test_a_video_with_sound_is_transcribed(
    with_transcription: QuestionBuilder, sim: WanjieSim, kind: str
) -> None:
    sim.script.transcript = lambda audio: f"{round(play(audio).seconds)} seconds"
    video = Attachment(kind, "f", "f.mp4" if kind == "document" else "", "video/mp4")
    question, notes = await with_transcription.build(
        sent(video), Mail({"f": make_video(3)}), [], model=MODEL, payer=PAYER
    )

    assert question.text == "3 seconds"
    assert notes == ("> 🎤 3 seconds",)


async def test_a_silent_video_is_not_transcribed(with_transcription: QuestionBuilder) -> None:
    found = await user_error(with_transcription, Mail({"f": make_video(0)}), Attachment("video", "f", mime="video/mp4"))

    assert found.key == "file.other"


async def test_without_a_transcription_model_no_video_is_downloaded(
    reading_with: Callable[..., QuestionBuilder],
) -> None:
    assert (await user_error(reading_with(), Mail({}), Attachment("video", "f", mime="video/mp4"))).key == "file.other"
