"""Posting voice notes to a screen that refuses, forbids and remembers."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bots.sandbox.wanjie.sample_media import make_mp3
from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.access import ALL_MODELS
from core.chat.actions.post_voice_note import Speaker
from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.checkpoint_fields import PostFields
from core.chat.commands.speak import SpeakCommand
from core.chat.delivery.answer_buttons import LAST_PART_MARK
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.generation.synthesize_speech import SpeechSynthesizer
from core.chat.port.errors import (
    ContentRejectedError,
    MediaForbiddenError,
    MediaUnsupportedError,
    MissingPermissionError,
    VoiceForbiddenError,
)
from core.chat.port.incoming import Attachment, ChatRef, Incoming, Sender
from core.chat.text.translations import Translations
from core.chat.text.user_error import StoppedByUserError, UserFacingError
from core.media.decoding.pool import DecoderPool
from core.media.thread_pool import ThreadPool
from core.queue import Job, event_tag
from core.settings import ChatSettings, WanjieSettings
from core.store import Conversations, HistoryMessage, PreferenceName
from core.wanjie import Catalog, WanjieClient
from tests.core.chat.outboxes import NoteScreen
from tests.core.metered import metered

THREAD = ChatRef("sl", "T1", "C1", "1.2")
TEXT = "Good morning, dear friends."


@dataclass
class Services:
    """What speaks, and where chats keep what it needs to know."""

    conversations: Conversations
    catalog: Catalog
    models: ModelSelector
    speaker: Speaker
    command: SpeakCommand

    async def speak_if_wanted(self, context: EventContext, text: str) -> None:
        await self.speaker.speak_if_wanted(context, text, await self.models.load(THREAD, ALL_MODELS))


@pytest.fixture
async def services(settings: WanjieSettings, client: WanjieClient, redis: Redis) -> AsyncGenerator[Services]:
    chat, threads = ChatSettings.model_validate({"speak_limit": 200}), ThreadPool()
    decoders = DecoderPool()
    conversations = Conversations(redis, messages=10, lifetime=timedelta(days=1))
    catalog = Catalog(client, settings)
    models = ModelSelector(catalog, conversations)
    synthesizer = SpeechSynthesizer(metered(client, redis), threads, decoders, settings, chat)
    speaker = Speaker(synthesizer, models, limit=chat.speak_limit)
    yield Services(conversations, catalog, models, speaker, SpeakCommand(speaker, conversations, catalog))
    threads.close()
    await decoders.aclose()


@pytest.fixture
def screen() -> NoteScreen:
    return NoteScreen()


@pytest.fixture
def context(screen: NoteScreen) -> EventContext:
    return made(screen)


def made(screen: NoteScreen, *, state: Mapping[str, str] | None = None, **said: object) -> EventContext:
    """Something said in a thread, answered by a job that begins with `state`."""

    async def keep(_: Mapping[str, str]) -> bool:
        return False

    job = Job(lane=str(THREAD), event_id="e9", payload=b"", attempt=1, state=state or {}, save_checkpoint=keep)
    incoming = Incoming(THREAD, "e9", "9", Sender("U1", "Ada"), thread=THREAD.thread)
    return EventContext(replace(incoming, **said), job, screen, Translations())


async def remember(services: Services, answers: Sequence[str]) -> None:
    for number, answer in enumerate(answers):
        uid = f"e{number}"
        exchange = (HistoryMessage("user", "?"), HistoryMessage("assistant", answer, uid=uid))
        await services.conversations.append(str(THREAD), uid, exchange)


async def choose(services: Services, name: PreferenceName, value: str, chat: ChatRef = THREAD) -> None:
    await services.conversations.set_preference(str(chat), name, value)


def inputs(sim: WanjieSim) -> list[str]:
    return [seen.body["input"] for seen in sim.requests if seen.path.endswith("/audio/speech")]


async def test_a_voice_note_has_its_duration_and_first_words(
    services: Services, context: EventContext, screen: NoteScreen, sim: WanjieSim
) -> None:
    # What is over within a few hundredths of a second has no sign.
    sim.script.speech_delay, screen.slow_upload = 0.2, True
    await services.speaker.speak_and_post(context, TEXT)

    (note,) = screen.notes
    assert note.audio.startswith(b"OggS")
    assert note.seconds == pytest.approx(len(TEXT) / 5, abs=0.1)
    assert (note.title, note.note, note.caption) == (TEXT, True, "")
    assert screen.signs == ["recording", "nothing", "uploading", "nothing"]


async def test_a_platform_gets_the_format_that_it_plays(services: Services, screen: NoteScreen) -> None:
    screen.voice = "mp3"
    await services.speaker.speak_and_post(made(screen), TEXT)

    assert screen.notes[0].audio == make_mp3(TEXT)


async def test_a_job_run_again_posts_nothing_twice(
    context: EventContext, services: Services, screen: NoteScreen
) -> None:
    await services.speaker.speak_and_post(context, TEXT)
    await services.speaker.speak_and_post(made(screen, state=context.job.state), TEXT)
    await services.speaker.speak_and_post(made(screen, state=context.job.state), TEXT, fields=PostFields("other_"))

    assert len(screen.notes) == 2


async def test_a_reader_who_forbids_voice_notes_gets_a_file(
    services: Services, context: EventContext, screen: NoteScreen, sim: WanjieSim
) -> None:
    screen.script.append(VoiceForbiddenError())
    await services.speaker.speak_and_post(context, TEXT)

    (file,) = screen.notes
    assert file.audio == make_mp3(TEXT)
    assert not file.note
    assert "voice messages aren't allowed here" in file.caption
    assert len(inputs(sim)) == 1


@pytest.mark.parametrize(
    ("refusals", "key"),
    [
        ([ContentRejectedError()], "speak.refused"),
        ([VoiceForbiddenError(), MediaForbiddenError()], "attach.no_voice"),
        ([VoiceForbiddenError(), VoiceForbiddenError()], "attach.no_voice"),
        ([MissingPermissionError()], "attach.no_permission"),
        ([MediaUnsupportedError()], "attach.unsupported"),
    ],
)
async def test_a_refused_voice_note_is_explained(
    services: Services, context: EventContext, screen: NoteScreen, refusals: list[Exception], key: str
) -> None:
    screen.script.extend(refusals)
    with pytest.raises(UserFacingError) as user_error:
        await services.speaker.speak_and_post(context, TEXT)

    assert user_error.value.key == key


async def test_a_caption_notes_that_only_the_beginning_is_spoken(
    services: Services, context: EventContext, screen: NoteScreen, sim: WanjieSim
) -> None:
    await services.speaker.speak_and_post(context, f"{TEXT} " * 20)

    assert "up to 200 characters" in screen.notes[0].caption
    assert len(" ".join(inputs(sim))) <= 200


async def test_stop_ends_the_recording(
    services: Services, context: EventContext, screen: NoteScreen, sim: WanjieSim
) -> None:
    sim.script.speech_delay = 60
    speaking = asyncio.create_task(services.speaker.speak_and_post(context, TEXT))
    async with asyncio.timeout(60):
        while not inputs(sim):  # noqa: ASYNC110 - the simulator tells nobody
            await asyncio.sleep(0.01)
    context.job.stop_requested.set()

    with pytest.raises(StoppedByUserError):
        await speaking
    assert not screen.notes


async def test_the_words_of_the_command_come_before_the_quoted_and_the_remembered_ones(
    services: Services, screen: NoteScreen, sim: WanjieSim
) -> None:
    await remember(services, ["Remembered."])
    await services.command.speak(made(screen, text=" Said. ", quoted="Quoted."))
    await services.command.speak(made(screen, quoted="Quoted."))
    await services.command.speak(made(screen))

    assert inputs(sim) == ["Said.", "Quoted.", "Remembered."]


async def test_a_message_without_words_is_not_spoken(services: Services, screen: NoteScreen, sim: WanjieSim) -> None:
    await remember(services, ["Remembered."])
    await services.command.speak(made(screen, quoted_attachments=(Attachment("image", "f1"),)))

    assert "nothing in this message" in screen.texts[0]
    assert not inputs(sim)


@pytest.mark.parametrize(
    ("locale", "text", "said"),
    [
        ("en", "用 FastAPI 写好了🎉\n```py\nfor one in some: print(one)\n```", ("拉炮彩带", "此处代码略过不读")),
        ("zh-hans", "It is done 🎉", ("party popper",)),
        ("zh-hans", "🎉 1", ("拉炮彩带",)),
        ("en", "OpenAI 的 GPT-4o 和 Claude 3.7 Sonnet 哪个好 🎉", ("拉炮彩带",)),
        ("en", "Use `kubectl get pods` 查看 🎉", ("拉炮彩带",)),
        ("en", "好了🎉\n~~~\nfor one in some: print(one)\n~~~", ("拉炮彩带",)),
        ("zh-hans", "Done, with GPT-4o 🎉", ("party popper",)),
        ("zh-hans", "What does 你好 mean to people? 🎉", ("party popper",)),
    ],
)
async def test_descriptions_are_spoken_in_the_language_of_the_text(
    services: Services, screen: NoteScreen, sim: WanjieSim, locale: str, text: str, said: tuple[str, ...]
) -> None:
    await services.command.speak(made(screen, text=text, sender=Sender("U1", "Ada", locale)))

    assert all(words in inputs(sim)[0] for words in said)


async def test_a_button_speaks_its_own_answer_completely(
    services: Services, screen: NoteScreen, sim: WanjieSim
) -> None:
    await remember(services, ["First.", "Second."])
    call = made(screen, quoted="Second, but only a page of it.")
    await services.command.press_speak(call, ButtonData(event_tag("e0"), "U1"), "")
    await services.command.press_speak(made(screen, quoted="A page."), ButtonData(event_tag("e7"), "U1"), "")

    assert inputs(sim) == ["First.", "A page."]


async def test_the_last_page_of_a_forgotten_answer_is_not_spoken_as_the_whole(
    services: Services, screen: NoteScreen, sim: WanjieSim
) -> None:
    await services.command.press_speak(
        made(screen, quoted="The last page."), ButtonData(event_tag("e7"), "U1"), LAST_PART_MARK
    )

    assert "no longer have" in screen.texts[0]
    assert not inputs(sim)


async def test_a_button_of_a_forgotten_answer_explains_itself(
    services: Services, context: EventContext, screen: NoteScreen, sim: WanjieSim
) -> None:
    await services.command.press_speak(context, ButtonData(event_tag("e7"), "U1"), "")

    assert "no longer have" in screen.texts[0]
    assert not inputs(sim)


@pytest.mark.parametrize(
    ("wanted", "kinds", "count"),
    [
        (None, ["voice"], 0),
        ("off", ["voice"], 0),
        ("always", [], 1),
        ("voice", [], 0),
        ("voice", ["image"], 0),
        ("voice", ["voice"], 1),
    ],
)
async def test_answers_are_spoken_when_the_chat_wants_them(
    services: Services, screen: NoteScreen, wanted: str | None, kinds: list[str], count: int
) -> None:
    if wanted:
        await choose(services, "voice_replies", wanted, THREAD.parent)
    attachments = tuple(Attachment(kind, "f1") for kind in kinds)
    await services.speak_if_wanted(made(screen, attachments=attachments), TEXT)

    assert len(screen.notes) == count


async def test_an_answer_that_was_stopped_or_has_no_words_is_not_spoken(services: Services, screen: NoteScreen) -> None:
    await choose(services, "voice_replies", "always")
    stopped = made(screen)
    stopped.job.stop_requested.set()
    await services.speak_if_wanted(stopped, TEXT)
    for wordless in (" ", "---", "```py\nx = 1\n```"):
        await services.speak_if_wanted(made(screen), wordless)

    assert not screen.notes
    assert not screen.texts


@pytest.mark.parametrize(("failure", "reason"), [(Failure(500), "has a problem"), (Failure(401), "key")])
async def test_the_reason_why_an_answer_is_not_spoken_is_told_once(
    services: Services, screen: NoteScreen, sim: WanjieSim, failure: Failure, reason: str
) -> None:
    await choose(services, "voice_replies", "always")
    await services.catalog.list_models()
    sim.script.fail_next.append(failure)
    await services.speak_if_wanted(made(screen), TEXT)

    (told,) = screen.texts
    assert told.startswith("I couldn't read this answer aloud. ")
    assert reason in told
