"""Having texts spoken by the simulated Wanjie."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bots.sandbox.wanjie.sample_media import make_mp3
from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.chat.generation.synthesize_speech import SpeechScript, SpeechSynthesizer, speed_of
from core.chat.text.user_error import UserFacingError
from core.media.decoding.jobs_and_limits import DecodeJob, Limits
from core.media.decoding.pool import DecoderPool
from core.media.decoding_results import BadImageError, ImageInfo
from core.media.speech_text.from_markdown import SpokenPlaceholders
from core.media.thread_pool import ThreadPool
from core.settings import ChatSettings
from core.store import ChatPreferences
from core.wanjie import RefusedContentError, ServerFaultError, WanjieClient
from tests.core.chat.audio_tones import pitches, tone
from tests.core.media.audio_files import SLOWEST_FRAME
from tests.core.metered import PAYER, metered
from tests.core.wanjie_client import make_client, make_settings

WORDS = SpokenPlaceholders(code="code", table="table", link="link", language="en")
MODEL = "CosyVoice"
NOTHING = ChatPreferences()
HELLO = SpeechScript("Hello there.", cut=False)
SENTENCES = [f"This is sentence number {number}, and it is not a short one." for number in range(12)]


@pytest.fixture
async def decoders() -> AsyncGenerator[DecoderPool]:
    running = DecoderPool(2)
    yield running
    await running.aclose()


@pytest.fixture
async def make(sim: WanjieSim, decoders: DecoderPool, redis: Redis) -> AsyncGenerator[Callable[..., SpeechSynthesizer]]:
    """Build a `SpeechSynthesizer` with changed settings of both areas."""
    clients: list[WanjieClient] = []
    threads = ThreadPool()

    def build(**changes: object) -> SpeechSynthesizer:
        wanjie = make_settings(sim, **{"max_attempts": 2, "speech_limit": 600} | changes)
        chat = ChatSettings.model_validate({"speak_limit": 5000} | changes)
        client = make_client(wanjie)
        clients.append(client)
        return SpeechSynthesizer(metered(client, redis), threads, decoders, wanjie, chat)

    yield build
    for client in clients:
        await client.aclose()
    threads.close()


@pytest.fixture
def speech(make: Callable[..., SpeechSynthesizer]) -> SpeechSynthesizer:
    return make()


def spoken_texts(sim: WanjieSim) -> list[str]:
    return [call.body["input"] for call in sim.requests if call.path.endswith("/audio/speech")]


async def test_a_text_is_spoken_by_the_model_in_the_usual_voice(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    recording = await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)

    asked = sim.requests[-1].body
    assert asked["model"] == "CosyVoice"
    assert (asked["voice"], asked["speed"], asked["responseFormat"]) == ("普通话", 1.0, "mp3")
    assert recording.data.startswith(b"OggS")
    assert recording.seconds == pytest.approx(len(HELLO.text) / 5, abs=0.1)


async def test_the_chat_s_voice_and_speed_are_requested(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    await speech.synthesize(HELLO, MODEL, ChatPreferences(voice="粤语", speed="1.25"), "mp3", payer=PAYER)

    asked = sim.requests[-1].body
    assert (asked["voice"], asked["speed"]) == ("粤语", 1.25)


async def test_a_long_text_is_spoken_in_pieces_and_joined_in_order(
    make: Callable[..., SpeechSynthesizer], sim: WanjieSim
) -> None:
    speech = make(speech_limit=80)
    sim.script.sound = lambda text: tone(300 + 100 * SENTENCES.index(text.strip()))
    recording = await speech.synthesize(
        SpeechScript(" ".join(SENTENCES), cut=False), MODEL, NOTHING, "mp3", payer=PAYER
    )

    assert sorted(text.strip() for text in spoken_texts(sim)) == sorted(SENTENCES)
    heard = pitches(recording.data, recording.seconds / len(SENTENCES))
    assert heard == sorted(heard)
    assert len(set(heard)) == len(SENTENCES)


async def test_at_most_four_requests_run_for_one_text(make: Callable[..., SpeechSynthesizer], sim: WanjieSim) -> None:
    speech = make(speech_limit=80)
    sim.script.speech_delay = 0.1
    await speech.synthesize(SpeechScript(" ".join(SENTENCES), cut=False), MODEL, NOTHING, "mp3", payer=PAYER)

    times = sorted(call.time for call in sim.requests if call.path.endswith("/audio/speech"))
    assert len(times) == len(SENTENCES)
    assert all(later - earlier > 0.09 for earlier, later in zip(times, times[4:], strict=False))


async def test_all_speech_requests_of_a_process_are_limited(
    make: Callable[..., SpeechSynthesizer], sim: WanjieSim
) -> None:
    speech = make(speech_limit=80)
    sim.script.speech_delay = 0.1
    texts = [SpeechScript(f"{number} " + " ".join(SENTENCES[:4]), cut=False) for number in range(8)]
    await asyncio.gather(
        *(speech.synthesize(text, MODEL, NOTHING, "mp3", payer=replace(PAYER, person=text.title)) for text in texts)
    )

    times = sorted(call.time for call in sim.requests if call.path.endswith("/audio/speech"))
    assert len(times) > 16
    assert all(later - earlier > 0.09 for earlier, later in zip(times, times[16:], strict=False))


async def test_a_cached_recording_needs_no_request(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    first = await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)
    second = await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)

    assert first == second
    assert len(spoken_texts(sim)) == 1


async def test_another_format_of_a_cached_recording_needs_no_request(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)
    recording = await speech.synthesize(HELLO, MODEL, NOTHING, "mp3", payer=PAYER)

    assert recording.data == make_mp3(HELLO.text)
    assert len(spoken_texts(sim)) == 1


@pytest.mark.parametrize(
    ("model", "preferences"),
    [(MODEL, ChatPreferences(voice="粤语")), (MODEL, ChatPreferences(speed="2")), ("other-tts", NOTHING)],
)
async def test_another_voice_speed_or_model_is_another_recording(
    speech: SpeechSynthesizer, sim: WanjieSim, model: str, preferences: ChatPreferences
) -> None:
    sim.script.models += ("other-tts",)
    await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)
    await speech.synthesize(HELLO, model, preferences, "opus", payer=PAYER)

    assert len(spoken_texts(sim)) == 2


async def test_simultaneous_equal_texts_share_a_request(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    sim.script.speech_delay = 0.05
    recordings = await asyncio.gather(
        *(speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER) for _ in range(5))
    )

    assert len(spoken_texts(sim)) == 1
    assert len({recording.data for recording in recordings}) == 1


async def test_an_unknown_voice_is_reported(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    sim.script.voices = ("普通话",)
    with pytest.raises(UserFacingError) as user_error:
        await speech.synthesize(HELLO, MODEL, ChatPreferences(voice="粤语"), "opus", payer=PAYER)

    assert (user_error.value.key, user_error.value.values) == ("speak.voice", {"model": "CosyVoice", "voice": "粤语"})


@pytest.mark.parametrize("preferences", [NOTHING, ChatPreferences(voice="普通话")])
async def test_the_default_voice_is_not_suggested_to_its_users(
    speech: SpeechSynthesizer, sim: WanjieSim, preferences: ChatPreferences
) -> None:
    sim.script.voices = ("alloy",)
    with pytest.raises(UserFacingError) as user_error:
        await speech.synthesize(HELLO, MODEL, preferences, "opus", payer=PAYER)

    assert user_error.value.key == "speak.voice_usual"


async def test_chunks_too_long_for_a_model_are_halved_once(
    make: Callable[..., SpeechSynthesizer], sim: WanjieSim
) -> None:
    speech = make(speech_limit=160)
    sim.script.fail_next.append(Failure(413))
    recording = await speech.synthesize(
        SpeechScript(" ".join(SENTENCES), cut=False), MODEL, NOTHING, "opus", payer=PAYER
    )

    assert recording.seconds > 10
    assert set(SENTENCES) <= {text.strip() for text in spoken_texts(sim)}


async def test_a_text_still_too_long_for_a_model_is_reported(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    sim.script.fail_next.extend([Failure(413), Failure(400, message="input is too long")])
    with pytest.raises(UserFacingError) as user_error:
        await speech.synthesize(HELLO, MODEL, ChatPreferences(voice="粤语"), "opus", payer=PAYER)

    assert user_error.value.key == "speak.long"
    assert len(spoken_texts(sim)) == 2


@pytest.mark.parametrize("preferences", [ChatPreferences(voice="粤语"), ChatPreferences(speed="4")])
async def test_a_bad_request_names_the_chosen_voice_and_speed(
    speech: SpeechSynthesizer, sim: WanjieSim, preferences: ChatPreferences
) -> None:
    sim.script.fail_next.append(Failure(400, message="bad parameter"))
    with pytest.raises(UserFacingError) as user_error:
        await speech.synthesize(HELLO, MODEL, preferences, "opus", payer=PAYER)

    assert user_error.value.key == "speak.manner"


async def test_a_content_refusal_does_not_blame_the_voice(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    sim.script.violates_policy = lambda _: True
    with pytest.raises(RefusedContentError):
        await speech.synthesize(HELLO, MODEL, ChatPreferences(voice="粤语"), "opus", payer=PAYER)


async def test_a_failure_cancels_the_other_requests_and_is_not_cached(
    make: Callable[..., SpeechSynthesizer], sim: WanjieSim
) -> None:
    speech = make(speech_limit=80, max_attempts=1)
    sim.script.speech_delay = 0.05
    sim.script.fail_next.append(Failure(500))
    with pytest.raises(ServerFaultError):
        await speech.synthesize(SpeechScript(" ".join(SENTENCES), cut=False), MODEL, NOTHING, "opus", payer=PAYER)

    assert len(spoken_texts(sim)) <= 8
    assert (
        await speech.synthesize(SpeechScript(" ".join(SENTENCES), cut=False), MODEL, NOTHING, "opus", payer=PAYER)
    ).seconds > 10


async def test_unreadable_audio_is_requested_once_more(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    broken = [True]
    sim.script.sound = lambda text: b"\xff\xfbno sound" if broken and broken.pop() else make_mp3(text)
    recording = await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)

    assert recording.seconds > 1
    assert len(spoken_texts(sim)) == 2


async def test_a_model_without_audio_is_reported_and_asked_again_the_next_time(
    speech: SpeechSynthesizer, sim: WanjieSim
) -> None:
    sim.script.sound = lambda _: b"\xff\xfbno sound"
    with pytest.raises(UserFacingError) as user_error:
        await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)
    assert user_error.value.key == "speak.broken"
    sim.script.sound = make_mp3

    assert (await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)).seconds > 1
    assert len(spoken_texts(sim)) == 3


@pytest.mark.parametrize("attempts", [1, 2, 4])
async def test_faults_and_broken_audio_share_the_attempts_of_a_chunk(
    make: Callable[..., SpeechSynthesizer], sim: WanjieSim, attempts: int
) -> None:
    sim.script.sound = lambda _: b"no sound at all"
    sim.script.fail_next.extend([Failure(500)] * (attempts - 1))
    with pytest.raises(UserFacingError):
        await make(max_attempts=attempts).synthesize(HELLO, MODEL, NOTHING, "mp3", payer=PAYER)

    assert len(spoken_texts(sim)) == attempts


async def test_more_than_an_hour_of_audio_is_reported_and_not_requested_again(
    speech: SpeechSynthesizer, sim: WanjieSim
) -> None:
    sim.script.sound = lambda _: SLOWEST_FRAME * 50_100
    with pytest.raises(UserFacingError) as user_error:
        await speech.synthesize(HELLO, MODEL, ChatPreferences(speed="0.25"), "mp3", payer=PAYER)

    assert user_error.value.key == "speak.hour"
    assert len(spoken_texts(sim)) == 1


async def test_a_recording_that_no_decoder_takes_in_time_is_told(
    speech: SpeechSynthesizer, decoders: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.media.decoding.pool._MAX_WAIT", 0.05)
    endless = DecodeJob(
        "tests.core.media.decoding.bad_decoders:sleep", ImageInfo, BadImageError, Limits(9, 60.0, 400_000_000)
    )
    busy = [asyncio.create_task(decoders.run(endless, b"", person=person)) for person in "ab"]
    with pytest.raises(UserFacingError) as caught:
        await speech.synthesize(HELLO, MODEL, NOTHING, "opus", payer=PAYER)
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)

    assert caught.value.key == "error.busy"


async def test_a_text_becomes_a_script_of_words(speech: SpeechSynthesizer) -> None:
    script = await speech.make_script("**Hello** there, [Ada](https://example.org).", WORDS)

    assert "*" not in script.text
    assert "Hello there" in script.text
    assert not script.cut


async def test_a_text_without_words_is_not_spoken(speech: SpeechSynthesizer) -> None:
    for text in ("", " \n", "---", "***"):
        with pytest.raises(UserFacingError) as user_error:
            await speech.make_script(text, WORDS)
        assert user_error.value.key == "speak.nothing"


@pytest.mark.parametrize("sentence", ["This is a sentence of some length.", "这是一个不长也不短的句子。"])
async def test_the_beginning_of_a_long_text_is_spoken(make: Callable[..., SpeechSynthesizer], sentence: str) -> None:
    script = await make(speak_limit=400).make_script(" ".join([sentence] * 100), WORDS)

    assert script.cut
    assert 300 < len(script.text) <= 400
    assert script.text.rstrip().endswith(sentence[-1])


async def test_a_text_of_exactly_the_limit_is_spoken_completely(make: Callable[..., SpeechSynthesizer]) -> None:
    script = await make(speak_limit=100).make_script("x" * 99 + ".", WORDS)

    assert script == SpeechScript("x" * 99 + ".", cut=False)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello\nthere,  you.", "Hello there, you."),
        ("word " * 30, "word word word word word word word word word word word…"),
        ("长" * 80, "长" * 59 + "…"),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_title_is_the_first_words_on_one_line(text: str, title: str) -> None:
    assert SpeechScript(text, cut=False).title == title
    assert len(title) <= 60


@pytest.mark.parametrize(("speed", "read"), [(None, 1.0), ("1.25", 1.25), ("fast", 1.0)])
def test_an_unreadable_speed_means_the_default(speed: str | None, read: float) -> None:
    assert speed_of(ChatPreferences(speed=speed)) == read


async def test_a_voice_exists_if_the_model_speaks_with_it(speech: SpeechSynthesizer, sim: WanjieSim) -> None:
    sim.script.voices = ("alto",)
    found = [await speech.has_voice(MODEL, voice, payer=PAYER) for voice in ("alto", "alto", "bass")]

    assert found == [True, True, False]
    assert len(spoken_texts(sim)) == 2


async def test_a_refusal_means_no_such_voice_and_a_fault_means_unknown(
    make: Callable[..., SpeechSynthesizer], sim: WanjieSim
) -> None:
    sim.script.fail_next.extend([Failure(400, message="bad parameter"), Failure(500)])
    speech = make(max_attempts=1)

    assert not await speech.has_voice(MODEL, "alto", payer=PAYER)
    with pytest.raises(ServerFaultError):
        await speech.has_voice(MODEL, "alto", payer=PAYER)


def test_configured_voices_are_added_to_documented_ones(
    make: Callable[..., SpeechSynthesizer],
) -> None:
    speech = make(voice="alto", voices="bass, alto,tenor")

    assert speech.known_voices(MODEL) == ("alto", "普通话", "bass", "tenor")
