"""Models that chats have chosen, before and after they are gone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bots.sandbox.wanjie.simulator import WanjieSim
from core.access import ALL_MODELS
from core.chat.answer.select_model_or_fallback import ChatModels, ModelSelector, Work, chosen_model
from core.chat.delivery.event_context import EventContext
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.text.translations import Translations
from core.chat.text.user_error import UserFacingError
from core.queue import Job
from core.settings import WanjieSettings
from core.store import ChatPreferences, Conversations, PreferenceName
from core.wanjie import Catalog, ModelNotFoundError, ServerFaultError, WanjieClient, WanjieError
from tests.core.chat.outboxes import NoteScreen

THREAD = ChatRef("sl", "T1", "C1", "1.2")
KINDS: list[tuple[Work, PreferenceName, str]] = [
    ("chat", "model", "deepseek-v3"),
    ("speech", "speech_model", "CosyVoice"),
    ("image", "image_model", "Flux.1-Schnell"),
]


class Room:
    """A chat, the models that are gone and those that were asked."""

    def __init__(self, catalog: Catalog, conversations: Conversations) -> None:
        self.conversations = conversations
        self.selector = ModelSelector(catalog, conversations)
        self.screen = NoteScreen()
        self.gone: set[str] = set()
        self.failure: WanjieError | None = None
        self.asked: list[str] = []

    async def use(self, work: Work, models: ChatModels | None = None) -> str:
        """Have the model of the chat do something: say its name."""

        async def keep(_: Mapping[str, str]) -> bool:
            return False

        job = Job(lane=str(THREAD), event_id="e1", payload=b"", attempt=1, state={}, save_checkpoint=keep)
        incoming = Incoming(THREAD, "e1", "1", Sender("U1", "Ada"))
        context = EventContext(incoming, job, self.screen, Translations())
        return await self.selector.run_with_model(
            context, models or await self.selector.load(THREAD, ALL_MODELS), work, self._name
        )

    async def preferences(self) -> ChatPreferences:
        return (await self.selector.load(THREAD, ALL_MODELS)).preferences

    async def _name(self, model: str) -> str:
        self.asked.append(model)
        if self.failure is not None:
            raise self.failure
        if model in self.gone:
            raise ModelNotFoundError(model, status=404)
        return model


@pytest.fixture
def room(sim: WanjieSim, settings: WanjieSettings, client: WanjieClient, redis: Redis) -> Room:
    sim.script.models = tuple(model for _, _, model in KINDS)
    return Room(Catalog(client, settings), Conversations(redis, messages=10, lifetime=timedelta(days=1)))


@pytest.mark.parametrize("place", [THREAD, THREAD.parent])
@pytest.mark.parametrize(("work", "name", "default"), KINDS)
async def test_a_missing_model_is_replaced_once_where_it_was_chosen(
    room: Room, work: Work, name: PreferenceName, default: str, place: ChatRef
) -> None:
    await room.conversations.set_preference(str(place), name, "old-one")
    room.gone = {"old-one"}
    done = [await room.use(work), await room.use(work)]

    assert done == [default, default]
    assert room.asked == ["old-one", default, default]
    assert chosen_model(await room.preferences(), work) is None
    (told,) = room.screen.texts
    assert "`old-one`" in told
    assert f"`{default}`" in told


@pytest.mark.parametrize(("work", "name", "default"), KINDS)
async def test_a_missing_model_without_a_replacement_stays_chosen_and_is_reported(
    room: Room, sim: WanjieSim, work: Work, name: PreferenceName, default: str
) -> None:
    sim.script.models = tuple(model for _, _, model in KINDS if model != default)
    await room.conversations.set_preference(str(THREAD), name, "old-one")
    room.gone = {"old-one"}
    with pytest.raises(UserFacingError) as user_error:
        await room.use(work)

    assert (user_error.value.key, user_error.value.values) == (f"model.gone_{work}", {"model": "old-one"})
    assert await room.preferences() == replace(ChatPreferences(), **{name: "old-one"})
    assert not room.screen.texts


async def test_a_missing_model_of_a_thread_is_replaced_by_the_channel_s_choice(room: Room) -> None:
    await room.conversations.set_preference(str(THREAD), "model", "old-one")
    await room.conversations.set_preference(str(THREAD.parent), "model", "kimi-k2")
    room.gone = {"old-one"}

    assert [await room.use("chat"), await room.use("chat")] == ["kimi-k2", "kimi-k2"]
    (told,) = room.screen.texts
    assert "Switched to `kimi-k2`" in told


async def test_a_missing_default_is_replaced_by_the_first_model_of_a_fresh_list(room: Room, sim: WanjieSim) -> None:
    assert await room.use("chat") == "deepseek-v3"
    room.gone = {"deepseek-v3"}
    with pytest.raises(UserFacingError):
        await room.use("chat")
    sim.script.models = ("kimi-k2",)

    assert await room.use("chat") == "kimi-k2"


@pytest.mark.parametrize(("work", "default"), [(work, default) for work, _, default in KINDS])
async def test_a_key_without_models_of_a_kind_is_reported(room: Room, sim: WanjieSim, work: Work, default: str) -> None:
    sim.script.models = tuple(model for _, _, model in KINDS if model != default)
    with pytest.raises(UserFacingError) as user_error:
        await room.use(work)

    assert (user_error.value.key, user_error.value.values) == (f"model.none_{work}", {})
    assert not room.asked


async def test_other_failures_reset_no_choice(room: Room) -> None:
    await room.conversations.set_preference(str(THREAD), "model", "kimi-k2")
    room.failure = ServerFaultError("away", status=500)
    with pytest.raises(ServerFaultError):
        await room.use("chat")

    assert (await room.preferences()).model == "kimi-k2"


async def test_the_model_of_a_chat_is_looked_up_once(room: Room, sim: WanjieSim) -> None:
    models = await room.selector.load(THREAD, ALL_MODELS)
    asked_before = len(sim.requests)
    found = {await models.find("image") for _ in range(3)}
    await room.conversations.set_preference(str(THREAD), "image_model", "another-one")

    assert found == {await models.find("image")} == {"Flux.1-Schnell"}
    assert len(sim.requests) == asked_before + 1


async def test_a_replacement_is_remembered(room: Room) -> None:
    await room.conversations.set_preference(str(THREAD), "model", "old-one")
    room.gone = {"old-one"}
    models = await room.selector.load(THREAD, ALL_MODELS)
    await room.use("chat", models)

    assert await room.use("chat", models) == await models.find("chat") == "deepseek-v3"
    assert room.asked == ["old-one", "deepseek-v3", "deepseek-v3"]
