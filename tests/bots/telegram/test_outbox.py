"""The outbox against a simulated Telegram, over the official SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bots.sandbox.telegram import TelegramSim
from bots.sandbox.telegram_people import Person
from bots.sandbox.telegram_world import Chat, Message
from bots.telegram.address import Identity
from bots.telegram.admins import Admins
from bots.telegram.api import Api
from bots.telegram.horizon import Horizon
from bots.telegram.incoming import read
from bots.telegram.limits import START_RESERVE, STEP_RESERVE, Gate, message
from bots.telegram.outbox import TelegramOutbox
from core.chat.message import Choice, Incoming
from core.chat.outbox import FloodedError, GoneError, Menu, Option, Page, RefusedError, UnreachableError
from core.engine import Budget
from tests.bots.telegram.open_gate import OpenGate

MENU = Menu("model", "Choose a **model**", (Option("m-1", "m-1"), Option("m-2", "m-2", current=True)))
FIRST = Page(start=0)


class Scene:
    """Ann writes, and an outbox answers her."""

    def __init__(self, sim: TelegramSim, api: Api, gate: Gate) -> None:
        self.sim, self.api, self.gate = sim, api, gate
        self.ann: Person = sim.user(7, "Ann")
        self.horizon = Horizon()
        self.admins = Admins(api)

    async def heard(self) -> Incoming:
        """What the last update says."""
        updates = await self.api.updates(None, kinds=("message", "callback_query"), limit=100, seconds=1)
        incoming = read(updates[-1], Identity(self.sim.bot.id, "wanjie_bot"))
        assert incoming is not None
        return incoming

    async def asked(self, chat: Chat | None = None, topic: int | None = None) -> TelegramOutbox:
        self.ann.say(chat or self.sim.private(self.ann), "/ask@wanjie_bot why?", topic=topic)
        return self.outbox(await self.heard())

    def outbox(self, incoming: Incoming) -> TelegramOutbox:
        return TelegramOutbox(self.api, self.gate, incoming, self.horizon, self.admins)

    def last(self, chat: int = 7) -> Message:
        return self.sim.messages(chat)[-1]

    def count(self, method: str) -> int:
        return len([call for call in self.sim.calls if call.method == method])


@pytest.fixture
def scene(sim: TelegramSim, api: Api, gate: OpenGate) -> Scene:
    return Scene(sim, api, gate)


async def test_a_page_is_posted_then_edited(scene: Scene) -> None:
    outbox = await scene.asked()

    page = await outbox.show(FIRST, "One", final=False)
    first = scene.last()
    page = await outbox.show(page, "One **two**", final=False)
    page = await outbox.show(page, "One **two** three", final=True)

    assert (page.message_id, page.done, page.adopted, page.shown) == (str(first.id), True, False, 17)
    assert scene.sim.texts(7) == ["One two three"]
    assert [(entity.type, entity.offset, entity.length) for entity in scene.last().entities] == [("bold", 4, 3)]
    assert (scene.count("sendMessage"), scene.count("editMessageText")) == (1, 2)


async def test_a_step_that_changes_nothing_on_the_screen_is_no_call(scene: Scene) -> None:
    outbox = await scene.asked()

    page = await outbox.show(FIRST, "One", final=False)
    page = await outbox.show(page, "One\n\n", final=False)
    page = await outbox.show(page, "One", final=True)

    assert page.done
    assert scene.count("editMessageText") == 0


async def test_an_adopted_page_that_stands_already_is_a_success(scene: Scene) -> None:
    page = await (await scene.asked()).show(FIRST, "One", final=False)

    page = await (await scene.asked()).show(replace(page, adopted=True, done=False), "One", final=True)

    assert (page.done, page.adopted) == (True, False)
    assert scene.count("editMessageText") == 1


async def test_a_blank_text_waits_and_is_refused_in_the_end(scene: Scene) -> None:
    outbox = await scene.asked()

    assert await outbox.show(FIRST, " \n", final=False) == FIRST
    with pytest.raises(RefusedError):
        await outbox.show(FIRST, " \n", final=True)
    assert scene.sim.texts(7) == []


async def test_in_a_group_the_first_page_replies_to_the_question(scene: Scene) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.asked(group)
    question = scene.last(group.id)

    await outbox.show(FIRST, "One", final=True)
    first = scene.last(group.id)
    await outbox.show(Page(start=3), "Two", final=True)

    assert first.reply_to is question
    assert scene.last(group.id).reply_to is None


async def test_a_question_that_was_deleted_is_answered_without_a_reply(scene: Scene) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.asked(group)
    scene.ann.delete(scene.last(group.id))

    await outbox.say("Here.")

    assert (scene.last(group.id).text, scene.last(group.id).reply_to) == ("Here.", None)


async def test_in_a_private_chat_nothing_is_a_reply(scene: Scene) -> None:
    await (await scene.asked()).say("Hello")

    assert scene.last().reply_to is None


async def test_a_topic_is_answered_in_the_topic(scene: Scene) -> None:
    forum = scene.sim.group("Forum", forum=True)
    topic = scene.sim.topic(forum, "Cats", scene.ann)
    outbox = await scene.asked(forum, topic)

    await outbox.working()
    page = await outbox.show(FIRST, "One", final=False)
    await outbox.show(page, "One two", final=True)

    assert (scene.last(forum.id).text, scene.last(forum.id).topic) == ("One two", topic)
    assert [event.topic for event in scene.sim.timeline(forum.id) if event.kind == "action"] == [topic]


async def test_the_general_topic_is_answered_without_a_topic(scene: Scene) -> None:
    forum = scene.sim.group("Forum", forum=True)

    await (await scene.asked(forum)).say("Hello")

    assert scene.last(forum.id).text == "Hello"


async def test_a_page_is_removed_even_if_somebody_did_already(scene: Scene) -> None:
    outbox = await scene.asked()
    page = await outbox.show(FIRST, "One", final=False)

    await outbox.remove(page)
    await outbox.remove(page)

    assert scene.sim.texts(7) == []


async def test_a_page_that_telegram_does_not_let_go_is_done_with(scene: Scene) -> None:
    outbox = await scene.asked()
    page = await outbox.show(FIRST, "One", final=False)
    scene.sim.fail("deleteMessage", 400, "Bad Request: message can't be deleted for everyone")

    with capture_logs() as lines:
        await outbox.remove(page)

    assert [line["event"] for line in lines] == ["a message stays, Telegram does not let it be deleted"]
    assert scene.sim.texts(7) == ["One"]


@pytest.mark.parametrize("damage", ["block", "delete", "kick"])
async def test_where_nobody_can_read_it_the_outbox_says_so(scene: Scene, damage: str) -> None:
    group = scene.sim.group("Team") if damage == "kick" else None
    outbox = await scene.asked(group)
    page = await outbox.show(FIRST, "One", final=False)
    ways: dict[str, Callable[[], None]] = {
        "block": scene.ann.block,
        "delete": lambda: scene.ann.delete(scene.last()),
        "kick": lambda: scene.sim.remove_bot(group, scene.ann) if group else None,
    }
    ways[damage]()

    with pytest.raises(GoneError):
        await outbox.show(page, "One two", final=True)


async def test_a_topic_that_was_deleted_is_gone(scene: Scene) -> None:
    outbox = await scene.asked()
    scene.sim.fail("sendMessage", 400, "Bad Request: message thread not found")

    with pytest.raises(GoneError):
        await outbox.say("Hello")


async def test_too_long_a_text_is_refused(scene: Scene) -> None:
    with pytest.raises(RefusedError):
        await (await scene.asked()).show(FIRST, "word " * 900, final=True)


async def test_a_page_of_the_promised_length_fits_whatever_it_holds(scene: Scene) -> None:
    outbox = await scene.asked()
    limit = outbox.capabilities.page_limit
    text = ("**🙂** `a` | b\n- c\n" * 400).encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")

    assert (await outbox.show(FIRST, text, final=True)).done


async def test_refused_entities_are_left_out_from_then_on(scene: Scene) -> None:
    outbox = await scene.asked()
    scene.sim.fail("sendMessage", 400, "Bad Request: can't parse entities: whatever")

    page = await outbox.show(FIRST, "One **two**", final=False)
    page = await outbox.show(page, "One **two** _three_", final=True)

    assert page.done
    assert scene.last().text == "One **two** _three_"
    assert not scene.last().entities
    assert scene.count("editMessageText") == 1


async def test_a_refusal_that_has_nothing_to_do_with_entities_is_told(scene: Scene) -> None:
    outbox = await scene.asked()
    scene.sim.fail("sendMessage", 400, "Bad Request: strange")

    with pytest.raises(RefusedError, match="strange"):
        await outbox.say("plain")
    assert scene.count("sendMessage") == 1


@pytest.mark.parametrize("fault", ["bad_gateway", "lose_request", "lose_answer"])
async def test_an_outage_is_told_and_nothing_is_sent_twice(scene: Scene, fault: str) -> None:
    outbox = await scene.asked()
    getattr(scene.sim, fault)("sendMessage")

    with pytest.raises(UnreachableError):
        await outbox.say("Hello")
    assert len(scene.sim.texts(7)) == (1 if fault == "lose_answer" else 0)


async def test_a_revoked_token_is_an_outage_to_the_core(scene: Scene) -> None:
    outbox = await scene.asked()
    scene.sim.fail("sendMessage", 401, "Unauthorized")

    with pytest.raises(UnreachableError):
        await outbox.say("Hello")


async def test_a_429_stops_everything_to_that_chat(scene: Scene, gate: OpenGate) -> None:
    group = scene.sim.group("Team")
    outbox = await scene.asked(group)
    scene.sim.fail("sendMessage", 429, "Too Many Requests: retry after 7", parameters={"retry_after": 7})

    with pytest.raises(FloodedError) as flooded:
        await outbox.say("Hello")
    before = len(scene.sim.calls)
    await outbox.working()
    with pytest.raises(FloodedError):
        await outbox.say("Hello")

    assert flooded.value.retry_after == 7
    assert len(scene.sim.calls) == before
    assert set(gate.blocked) == {f"{kind}:{group.id}" for kind in ("message", "minute", "typing")}


async def test_without_a_grant_nothing_is_sent(scene: Scene, gate: OpenGate) -> None:
    outbox = await scene.asked()
    gate.wait = 0.7
    calls = len(scene.sim.calls)

    with pytest.raises(FloodedError) as flooded:
        await outbox.show(FIRST, "One", final=False)
    await outbox.working()

    assert flooded.value.retry_after == 0.7
    assert len(scene.sim.calls) == calls


async def test_cosmetic_steps_leave_room_for_finals(scene: Scene, gate: OpenGate) -> None:
    outbox = await scene.asked()

    page = await outbox.show(FIRST, "1", final=False)
    page = await outbox.show(page, "1 2", final=False)
    await outbox.show(page, "1 2 3", final=True)

    assert [keep for _, keep in gate.taken] == [START_RESERVE, STEP_RESERVE, 0]


async def test_the_shared_budget_spaces_the_calls_of_a_chat(scene: Scene, redis: Redis) -> None:
    scene.gate = Budget(redis, "tg:1")
    one, two = await scene.asked(), await scene.asked()
    page = await one.show(FIRST, "One", final=False)

    with pytest.raises(FloodedError) as flooded:
        await two.say("Too soon")
    with pytest.raises(FloodedError):
        await one.show(page, "One two", final=True)

    assert 0.5 < flooded.value.retry_after <= 1.05


async def test_a_group_gets_nineteen_calls_a_minute_of_any_kind(scene: Scene, redis: Redis) -> None:
    budget = Budget(redis, "tg:1")

    async def take_minute(keep: int) -> float:
        return await budget.take(*[limit for limit in message(-5) if limit.seconds == 60], keep=keep)

    steps = [await take_minute(STEP_RESERVE) for _ in range(16)]
    finals = [await take_minute(0) for _ in range(5)]

    assert [wait > 0 for wait in steps] == [False] * 15 + [True]
    assert [wait > 0 for wait in finals] == [False] * 4 + [True]


async def test_a_group_that_became_a_supergroup_is_followed(scene: Scene) -> None:
    group = scene.sim.group("Team", basic=True)
    outbox = await scene.asked(group)
    moved = scene.sim.migrate(group, scene.ann)

    await outbox.say("Hello")
    await outbox.say("again")

    assert scene.sim.texts(moved.id) == ["Hello", "again"]
    assert scene.count("sendMessage") == 3


async def test_typing_is_shown_and_its_failure_is_nobodys_concern(scene: Scene) -> None:
    outbox = await scene.asked()

    await outbox.working()
    scene.ann.block()
    await outbox.working()

    assert [event.media for event in scene.sim.timeline(7) if event.kind == "action"] == ["typing"]


async def test_a_sign_of_work_that_stalls_does_not_hold_up_the_answer(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.telegram.outbox._WORKING_PATIENCE", 0.05)
    outbox = await scene.asked()
    scene.sim.delay("sendChatAction", 1.5)

    async with asyncio.timeout(1):
        await outbox.working()
        await outbox.say("Hello")

    assert scene.sim.texts(7) == ["Hello"]


async def test_a_menu_has_buttons_that_come_back_as_choices(scene: Scene) -> None:
    outbox = await scene.asked()

    await outbox.choose(MENU)
    press = scene.ann.press(scene.sim.private(scene.ann), scene.last().id, "m-1")
    incoming = await scene.heard()
    await scene.outbox(incoming).choose(replace(MENU, options=(Option("m-1", "m-1", current=True),)))

    assert incoming.choice == Choice("model", "m-1")
    assert press.answer is not None
    assert scene.sim.texts(7) == ["Choose a model"]
    assert [button["text"] for button in scene.last().buttons] == ["✓ m-1"]


async def test_short_labels_share_a_row(scene: Scene) -> None:
    outbox = await scene.asked()
    long = tuple(Option(f"a rather long name {number}", f"{number}") for number in range(3))

    await outbox.choose(replace(MENU, options=(*MENU.options, Option("m-3", "m-3"))))
    short_rows = (scene.last().keyboard or {})["inline_keyboard"]
    await outbox.choose(replace(MENU, options=long))
    long_rows = (scene.last().keyboard or {})["inline_keyboard"]

    assert [[button["text"] for button in row] for row in short_rows] == [["m-1", "✓ m-2"], ["m-3"]]
    assert [len(row) for row in long_rows] == [1, 1, 1]


async def test_the_longest_menu_name_and_value_fit_a_button(scene: Scene) -> None:
    await (await scene.asked()).choose(Menu("m" * 12, "?", (Option("x", "v" * 48),)))

    assert scene.last().buttons[0]["callback_data"] == "m" * 12 + ":" + "v" * 48


async def test_a_menu_that_was_deleted_is_sent_anew(scene: Scene) -> None:
    await (await scene.asked()).choose(MENU)
    scene.ann.press(scene.sim.private(scene.ann), scene.last().id, "m-1")
    incoming = await scene.heard()
    scene.ann.delete(scene.last())

    await scene.outbox(incoming).choose(MENU)

    assert scene.sim.texts(7) == ["Choose a model"]


async def test_choosing_what_is_chosen_already_is_a_success(scene: Scene) -> None:
    await (await scene.asked()).choose(MENU)
    scene.ann.press(scene.sim.private(scene.ann), scene.last().id, "✓ m-2")

    await scene.outbox(await scene.heard()).choose(MENU)

    assert len(scene.sim.texts(7)) == 1


async def test_a_pressed_button_that_leads_to_a_sentence_is_let_go_too(scene: Scene) -> None:
    await (await scene.asked()).choose(MENU)
    press = scene.ann.press(scene.sim.private(scene.ann), scene.last().id, "m-1")
    outbox = scene.outbox(await scene.heard())

    await outbox.say("No longer there.")
    await outbox.say("Sorry.")

    assert press.answer is not None
    assert scene.count("answerCallbackQuery") == 1


async def test_first_words_of_many_chats_do_not_wait_for_each_other(scene: Scene) -> None:
    people = [scene.sim.user(100 + number, f"P{number}") for number in range(20)]
    scene.sim.delay("sendMessage", 0.1)
    outboxes: list[TelegramOutbox] = []
    for person in people:
        person.say(scene.sim.private(person), "hi")
        outboxes.append(scene.outbox(await scene.heard()))

    async with asyncio.timeout(1.5):  # one after the other they would take two seconds
        await asyncio.gather(*(outbox.say("hello") for outbox in outboxes))

    assert all(scene.sim.texts(person.user.id) == ["hello"] for person in people)


async def test_a_first_step_whose_outcome_is_unknown_is_found_again(scene: Scene) -> None:
    outbox = await scene.asked()
    page = replace(FIRST, sending=True, after=outbox.horizon())
    scene.sim.lose_answer("sendMessage")
    with pytest.raises(UnreachableError):
        await outbox.show(page, "One", final=False)
    found = await outbox.recover(page)
    await outbox.show(found, "One two", final=True)

    assert found.adopted
    assert scene.sim.texts(7) == ["One two"]


async def test_a_dead_process_s_first_step_is_found_beyond_the_messages_that_it_knew(scene: Scene) -> None:
    outbox = await scene.asked()
    await outbox.say("a sentence that must stay")
    for number in range(9):
        scene.ann.say(scene.sim.private(scene.ann), f"{number}")
    scene.horizon.note(7, max(scene.sim.private(scene.ann).messages))
    page = replace(FIRST, sending=True, after=outbox.horizon(), adopted=True)
    await outbox.show(FIRST, "lost", final=False)
    scene.horizon = Horizon()  # the next process knows nothing

    found = await scene.outbox(await scene.heard()).recover(page)

    assert scene.sim.private(scene.ann).messages[int(found.message_id)].text == "lost"
    assert "a sentence that must stay" in scene.sim.texts(7)


async def test_the_search_for_a_lost_step_leaves_menus_their_buttons(scene: Scene) -> None:
    outbox = await scene.asked()
    page = replace(FIRST, sending=True, after=outbox.horizon())
    scene.sim.lose_answer("sendMessage")
    with pytest.raises(UnreachableError):
        await outbox.show(page, "One", final=False)
    lost = scene.last()
    await outbox.choose(MENU)
    menu = scene.last()

    scene.ann.delete(lost)
    nothing = await outbox.recover(page)

    assert nothing == page
    assert [button["text"] for button in menu.buttons] == ["m-1", "✓ m-2"]


async def test_where_nothing_landed_nothing_is_found_and_nothing_changed(scene: Scene) -> None:
    outbox = await scene.asked()
    await outbox.say("a sentence that must stay")
    page = replace(FIRST, sending=True, after=outbox.horizon())

    assert await outbox.recover(page) == page
    assert scene.sim.texts(7) == ["a sentence that must stay"]
    assert scene.count("editMessageText") == 1


def test_ids_are_looked_for_beyond_what_was_known_in_the_chat_and_in_the_shared_counter() -> None:
    horizon = Horizon()
    horizon.note(8, 100)
    horizon.note(7, 10)
    horizon.note(-1_000_000_000_123, 5)
    mark = horizon.mark(7)
    horizon.begin(7)

    assert horizon.candidates(7, 9, mark, ours=True) == [11, 101, 12, 102]
    assert horizon.candidates(7, 9, mark, ours=False) == [
        number for pair in zip(range(11, 19), range(101, 109), strict=True) for number in pair
    ]
    assert horizon.candidates(-1_000_000_000_123, 6, "5", ours=False) == [*range(7, 15)]
    assert horizon.candidates(7, 9, "", ours=False)[0] == 10


def test_messages_of_unknown_fate_make_the_search_wider() -> None:
    horizon = Horizon()
    horizon.note(7, 10)
    mark = horizon.mark(7)
    for chat in (7, 8, 9):
        horizon.begin(chat)
    wide = horizon.candidates(7, 9, mark, ours=True)
    for chat in (7, 8, 9):
        horizon.settle(chat)

    assert wide == [11, 12, 13, 14]
    assert horizon.candidates(7, 9, mark, ours=True) == [11]
