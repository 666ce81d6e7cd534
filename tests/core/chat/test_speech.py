"""Having texts spoken by the simulated Wanjie."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from bots.sandbox.wanjie import Failure, WanjieSim
from bots.sandbox.wanjie_media import mp3
from core.chat.question import ExcuseError
from core.chat.speech import Recording, Script, Speech, speed_of
from core.media.spoken import Words
from core.media.workshop import Workshop
from core.settings import ChatSettings, WanjieSettings
from core.store import Choices
from core.wanjie import Backoff, Catalog, RefusedContentError, ServerFaultError, WanjieClient
from tests.core.chat.tones import pitches, tone

HURRY = Backoff(first=0.001, longest=0.01, jitter=0.001, longest_retry_after=0.5)
WORDS = Words(code="code", table="table", link="link", language="en")
NOTHING = Choices()
HELLO = Script("Hello there.", cut=False)
SENTENCES = [f"This is sentence number {number}, and it is not a short one." for number in range(12)]


@pytest.fixture
async def sim() -> AsyncGenerator[WanjieSim]:
    async with WanjieSim() as running:
        yield running


@pytest.fixture
async def make(sim: WanjieSim) -> AsyncGenerator[Callable[..., Speech]]:
    """Build a `Speech` with changed settings of both areas."""
    clients: list[WanjieClient] = []
    workshop = Workshop()

    def build(**changes: object) -> Speech:
        values = {"api_key": sim.script.key, "base_url": sim.base_url, "max_attempts": 2, "speech_limit": 600}
        wanjie = WanjieSettings.model_validate(values | changes)
        chat = ChatSettings.model_validate({"speak_limit": 5000} | changes)
        client = WanjieClient(wanjie, backoff=HURRY)
        clients.append(client)
        return Speech(client, Catalog(client, wanjie), workshop, wanjie, chat)

    yield build
    for client in clients:
        await client.aclose()
    workshop.close()


@pytest.fixture
def speech(make: Callable[..., Speech]) -> Speech:
    return make()


def spoken_texts(sim: WanjieSim) -> list[str]:
    return [call.body["input"] for call in sim.requests if call.path.endswith("/audio/speech")]


async def test_a_text_is_spoken_by_the_first_speech_model(speech: Speech, sim: WanjieSim) -> None:
    recording = await speech.record(HELLO, NOTHING, "opus")

    asked = sim.requests[-1].body
    assert asked["model"] == "CosyVoice"
    assert (asked["voice"], asked["speed"], asked["responseFormat"]) == ("普通话", 1.0, "mp3")
    assert recording.sound.data.startswith(b"OggS")
    assert recording.sound.seconds == pytest.approx(len(HELLO.text) / 5, abs=0.1)
    assert recording.gone == ""


async def test_what_the_chat_chose_is_asked_for(speech: Speech, sim: WanjieSim) -> None:
    sim.script.models += ("other-tts",)
    await speech.record(HELLO, Choices(speech_model="other-tts", voice="粤语", speed="1.25"), "mp3")

    asked = sim.requests[-1].body
    assert (asked["model"], asked["voice"], asked["speed"]) == ("other-tts", "粤语", 1.25)


async def test_a_long_text_is_spoken_in_pieces_and_joined_in_order(make: Callable[..., Speech], sim: WanjieSim) -> None:
    speech = make(speech_limit=80)
    sim.script.sound = lambda text: tone(300 + 100 * SENTENCES.index(text.strip()))
    recording = await speech.record(Script(" ".join(SENTENCES), cut=False), NOTHING, "mp3")

    assert sorted(text.strip() for text in spoken_texts(sim)) == sorted(SENTENCES)
    heard = pitches(recording.sound.data, recording.sound.seconds / len(SENTENCES))
    assert heard == sorted(heard)
    assert len(set(heard)) == len(SENTENCES)


async def test_four_requests_at_most_are_under_way_for_one_text(make: Callable[..., Speech], sim: WanjieSim) -> None:
    speech = make(speech_limit=80)
    sim.script.speech_delay = 0.1
    await speech.record(Script(" ".join(SENTENCES), cut=False), NOTHING, "mp3")

    times = sorted(call.time for call in sim.requests if call.path.endswith("/audio/speech"))
    assert len(times) == len(SENTENCES)
    assert all(later - earlier > 0.09 for earlier, later in zip(times, times[4:], strict=False))


async def test_the_whole_process_has_a_bound_of_its_own(make: Callable[..., Speech], sim: WanjieSim) -> None:
    speech = make(speech_limit=80)
    sim.script.speech_delay = 0.1
    texts = [Script(f"{number} " + " ".join(SENTENCES[:4]), cut=False) for number in range(8)]
    await asyncio.gather(*(speech.record(text, NOTHING, "mp3") for text in texts))

    times = sorted(call.time for call in sim.requests if call.path.endswith("/audio/speech"))
    assert len(times) > 16
    assert all(later - earlier > 0.09 for earlier, later in zip(times, times[16:], strict=False))


async def test_the_same_again_asks_for_nothing(speech: Speech, sim: WanjieSim) -> None:
    first = await speech.record(HELLO, NOTHING, "opus")
    second = await speech.record(HELLO, NOTHING, "opus")

    assert first == second
    assert len(spoken_texts(sim)) == 1


async def test_another_format_of_the_same_asks_for_nothing(speech: Speech, sim: WanjieSim) -> None:
    await speech.record(HELLO, NOTHING, "opus")
    recording = await speech.record(HELLO, NOTHING, "mp3")

    assert recording.sound.data == mp3(HELLO.text)
    assert len(spoken_texts(sim)) == 1


@pytest.mark.parametrize("other", [Choices(voice="粤语"), Choices(speed="2"), Choices(speech_model="other-tts")])
async def test_another_voice_speed_or_model_is_another_recording(
    speech: Speech, sim: WanjieSim, other: Choices
) -> None:
    sim.script.models += ("other-tts",)
    await speech.record(HELLO, NOTHING, "opus")
    await speech.record(HELLO, other, "opus")

    assert len(spoken_texts(sim)) == 2


async def test_the_same_twice_at_once_is_asked_for_once(speech: Speech, sim: WanjieSim) -> None:
    sim.script.speech_delay = 0.05
    recordings = await asyncio.gather(*(speech.record(HELLO, NOTHING, "opus") for _ in range(5)))

    assert len(spoken_texts(sim)) == 1
    assert len({recording.sound.data for recording in recordings}) == 1


async def test_a_chosen_model_that_is_not_listed_is_replaced_without_being_asked(
    speech: Speech, sim: WanjieSim
) -> None:
    recording = await speech.record(HELLO, Choices(speech_model="old-tts"), "opus")

    assert recording.gone == "old-tts"
    assert [call.body["model"] for call in sim.requests if call.method == "POST"] == ["CosyVoice"]


async def test_a_chosen_model_that_is_not_found_is_replaced(speech: Speech, sim: WanjieSim) -> None:
    sim.script.models += ("old-tts",)
    assert await speech.record(HELLO, Choices(speech_model="old-tts"), "opus")
    sim.script.models = sim.script.models[:-1]
    recording = await speech.record(Script("Something else.", cut=False), Choices(speech_model="old-tts"), "opus")

    assert recording.gone == "old-tts"
    assert len([call for call in sim.requests if call.path.endswith("/models")]) == 2  # the old list was wrong


async def test_the_default_model_is_not_replaced(make: Callable[..., Speech]) -> None:
    speech = make(speech_model="old-tts")

    for choices in (NOTHING, Choices(speech_model="old-tts")):
        with pytest.raises(ExcuseError) as excuse:
            await speech.record(HELLO, choices, "opus")
        assert (excuse.value.key, excuse.value.values) == ("speak.model_gone", {"model": "old-tts"})


async def test_a_key_without_a_speech_model_is_told(speech: Speech, sim: WanjieSim) -> None:
    sim.script.models = ("deepseek-v3",)
    with pytest.raises(ExcuseError) as excuse:
        await speech.record(HELLO, NOTHING, "opus")

    assert excuse.value.key == "speak.no_model"


async def test_a_voice_that_the_model_does_not_know_is_named(speech: Speech, sim: WanjieSim) -> None:
    sim.script.voices = ("普通话",)
    with pytest.raises(ExcuseError) as excuse:
        await speech.record(HELLO, Choices(voice="粤语"), "opus")

    assert (excuse.value.key, excuse.value.values) == ("speak.voice", {"model": "CosyVoice", "voice": "粤语"})


@pytest.mark.parametrize("choices", [Choices(voice="粤语"), Choices(speed="4")])
async def test_a_bad_request_is_blamed_on_what_was_chosen(speech: Speech, sim: WanjieSim, choices: Choices) -> None:
    await speech.model(NOTHING)  # so that the list does not take the failure
    sim.script.fail_next.append(Failure(400, message="bad parameter"))
    with pytest.raises(ExcuseError) as excuse:
        await speech.record(HELLO, choices, "opus")

    assert excuse.value.key == "speak.manner"


async def test_a_refusal_of_the_content_is_no_matter_of_the_voice(speech: Speech, sim: WanjieSim) -> None:
    sim.script.refuse = lambda _: True
    with pytest.raises(RefusedContentError):
        await speech.record(HELLO, Choices(voice="粤语"), "opus")


async def test_a_failure_ends_the_other_requests_and_is_not_kept(make: Callable[..., Speech], sim: WanjieSim) -> None:
    speech = make(speech_limit=80, max_attempts=1)
    await speech.model(NOTHING)
    sim.script.speech_delay = 0.05
    sim.script.fail_next.append(Failure(500))
    with pytest.raises(ServerFaultError):
        await speech.record(Script(" ".join(SENTENCES), cut=False), NOTHING, "opus")

    assert len(spoken_texts(sim)) <= 8
    assert (await speech.record(Script(" ".join(SENTENCES), cut=False), NOTHING, "opus")).sound.seconds > 10


async def test_a_sound_that_cannot_be_read_is_asked_for_once_more(speech: Speech, sim: WanjieSim) -> None:
    broken = [True]
    sim.script.sound = lambda text: b"\xff\xfbno sound" if broken and broken.pop() else mp3(text)
    recording = await speech.record(HELLO, NOTHING, "opus")

    assert recording.sound.seconds > 1
    assert len(spoken_texts(sim)) == 2


async def test_a_model_that_makes_no_sound_is_told_and_asked_again_the_next_time(
    speech: Speech, sim: WanjieSim
) -> None:
    sim.script.sound = lambda _: b"\xff\xfbno sound"
    with pytest.raises(ExcuseError) as excuse:
        await speech.record(HELLO, NOTHING, "opus")
    assert excuse.value.key == "speak.broken"
    sim.script.sound = mp3

    assert isinstance(await speech.record(HELLO, NOTHING, "opus"), Recording)
    assert len(spoken_texts(sim)) == 3


async def test_a_text_becomes_a_script_of_words(speech: Speech) -> None:
    script = await speech.script("**Hello** there, [Ada](https://example.org).", WORDS)

    assert "*" not in script.text
    assert "Hello there" in script.text
    assert not script.cut


async def test_a_text_without_a_word_is_no_script(speech: Speech) -> None:
    for text in ("", " \n", "---", "***"):
        with pytest.raises(ExcuseError) as excuse:
            await speech.script(text, WORDS)
        assert excuse.value.key == "speak.nothing"


@pytest.mark.parametrize("sentence", ["This is a sentence of some length.", "这是一个不长也不短的句子。"])
async def test_of_a_text_that_is_too_long_the_beginning_is_said(make: Callable[..., Speech], sentence: str) -> None:
    script = await make(speak_limit=400).script(" ".join([sentence] * 100), WORDS)

    assert script.cut
    assert 300 < len(script.text) <= 400
    assert script.text.rstrip().endswith(sentence[-1])


async def test_a_text_of_just_the_length_is_said_whole(make: Callable[..., Speech]) -> None:
    script = await make(speak_limit=100).script("x" * 99 + ".", WORDS)

    assert script == Script("x" * 99 + ".", cut=False)


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
    assert Script(text, cut=False).title == title
    assert len(title) <= 60


@pytest.mark.parametrize(("speed", "read"), [(None, 1.0), ("1.25", 1.25), ("fast", 1.0)])
def test_a_speed_that_cannot_be_read_is_the_usual_one(speed: str | None, read: float) -> None:
    assert speed_of(Choices(speed=speed)) == read
