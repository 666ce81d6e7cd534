"""The menu of models: opened, turned, searched and picked from, on both platforms."""

import asyncio

import pytest

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from bots.sandbox.slack.persona import SlackSeat
from bots.sandbox.telegram.persona import TelegramSeat
from bots.sandbox.wanjie.script import MODELS
from tests.scenarios.choosing import begun, marked, opens, picks, titles, uses
from tests.scenarios.saying import says

MANY = (*(f"qwen3-{number}b" for number in range(30)), "deepseek-v3", "CosyVoice", "tts-1", "Flux.1-Schnell", "kolors")
CROWD = (*(f"llama-{number}" for number in range(147)), "deepseek-v3", "kimi-k2", "Flux.1-Schnell", "kolors")


@pytest.fixture(params=["telegram-private", "telegram-group"])
def paged_seat(request: pytest.FixtureRequest, stage: Stage) -> Seat:
    """A person where menus come in pages."""
    return stage.private() if request.param == "telegram-private" else stage.group()


@pytest.fixture(params=["slack-direct", "slack-thread"])
def listed_seat(request: pytest.FixtureRequest, stage: Stage) -> SlackSeat:
    """A person where menus are lists that can be searched."""
    return stage.direct() if request.param == "slack-direct" else stage.thread()


async def test_a_model_is_chosen_from_the_menu(seat: Seat, stage: Stage) -> None:
    await begun(seat, stage)
    title = await opens(seat, "/model")

    assert "deepseek-v3" in title
    assert "deepseek-v3" in [choice.removeprefix("✓ ") for choice in seat.choices()]
    assert "kimi-k2" in await picks(seat, "kimi-k2")
    assert len(titles(seat)) == 1
    await uses(seat, stage, "kimi-k2")


async def test_the_menu_opens_at_the_model_that_answers(paged_seat: Seat, stage: Stage) -> None:
    await begun(paged_seat, stage, MANY)
    await opens(paged_seat, "/model")

    assert "4/4" in paged_seat.choices()
    assert marked(paged_seat) == ["deepseek-v3", "Chat"]
    await picks(paged_seat, "qwen3-25b")
    assert marked(paged_seat) == ["qwen3-25b", "Chat"]


async def test_pages_turn_in_place(paged_seat: Seat, stage: Stage) -> None:
    await begun(paged_seat, stage, MANY)
    await opens(paged_seat, "/model")
    messages = len(paged_seat.answers())
    seen: list[str] = []
    for _ in range(4):
        await picks(paged_seat, "›")  # noqa: RUF001 - an arrow
        seen += [choice.removeprefix("✓ ") for choice in paged_seat.choices()]

    assert set(MANY[:31]) <= set(seen)
    assert len(paged_seat.answers()) == messages
    await picks(paged_seat, "‹")  # noqa: RUF001 - an arrow
    await picks(paged_seat, "qwen3-16b")
    await uses(paged_seat, stage, "qwen3-16b")


async def test_a_page_turns_though_the_platform_fails_once(paged_seat: Seat, stage: Stage) -> None:
    await begun(paged_seat, stage, MANY)
    await opens(paged_seat, "/model")
    await asyncio.sleep(1.2)  # so that no rate limit lets it wait
    stage.telegram.bad_gateway("editMessageText", times=1)
    await picks(paged_seat, "‹")  # noqa: RUF001 - an arrow

    assert "3/4" in paged_seat.choices()


async def test_each_kind_has_a_tab(paged_seat: Seat, stage: Stage) -> None:
    await begun(paged_seat, stage, MANY)
    await opens(paged_seat, "/model")
    assert "CosyVoice" in await picks(paged_seat, "Speech")
    assert marked(paged_seat) == ["CosyVoice", "Speech"]
    await picks(paged_seat, "tts-1")
    assert marked(paged_seat) == ["tts-1", "Speech"]
    await picks(paged_seat, "Pictures")
    await picks(paged_seat, "kolors")

    assert marked(paged_seat) == ["kolors", "Pictures"]
    assert "tts-1" in await picks(paged_seat, "Speech")
    await uses(paged_seat, stage, "deepseek-v3")


async def test_the_pages_of_a_search_keep_it(paged_seat: Seat, stage: Stage) -> None:
    await begun(paged_seat, stage, MANY)
    title = await opens(paged_seat, "/model QWEN")
    assert "“QWEN” fits 30 models" in title
    assert {"1/4", "↩ All models"} <= set(paged_seat.choices())
    await picks(paged_seat, "›")  # noqa: RUF001 - an arrow

    assert {"2/4", "qwen3-8b", "↩ All models"} <= set(paged_seat.choices())
    assert "Which model should answer" in await picks(paged_seat, "All models")
    assert "4/4" in paged_seat.choices()


async def test_a_long_search_says_that_it_shows_a_part(direct_seat: Seat, stage: Stage) -> None:
    family = "deepseek-r1-distill-qwen-2.5-instruct-fp8"
    await begun(direct_seat, stage, (*(f"{family}-{number}" for number in range(9)), "deepseek-v3"))
    title = await opens(direct_seat, f"/model {family}")

    assert "fits 9 models" in title
    shown = [choice for choice in direct_seat.choices() if choice.startswith(family)]
    assert ("Only 8 of them are shown" in title) == (len(shown) == 8)
    assert len(shown) in {8, 9}


async def test_turning_pages_in_a_group_leaves_room_for_an_answer(stage: Stage) -> None:
    seat = stage.group()
    await begun(seat, stage, CROWD)
    await opens(seat, "/model")
    menu = stage.telegram.messages(seat.chat.id)[-1]
    for page in range(1, 17):
        seat.person.call_back(menu, f"model:+chat {page}")
    hint = (await seat.until(seat.hints, 30))[0]
    await uses(seat, stage, "deepseek-v3")

    assert "One moment" in hint
    assert len(titles(seat)) == 1


async def test_a_list_shows_every_kind_under_its_heading(listed_seat: SlackSeat, stage: Stage) -> None:
    await begun(listed_seat, stage, MANY)
    title = await opens(listed_seat, "/model")

    assert all(f"{kind}: `{model}`" in title for kind, model in [("Chat", "deepseek-v3"), ("Speech", "CosyVoice")])
    assert len(listed_seat.choices()) == len(MANY)
    assert marked(listed_seat) == ["deepseek-v3", "CosyVoice", "Flux.1-Schnell"]
    assert "Pictures: `kolors`" in await picks(listed_seat, "kolors")
    assert "Speech: `tts-1`" in await picks(listed_seat, "tts-1")
    assert "Pictures: `kolors`" in titles(listed_seat)[-1]


async def test_a_long_list_is_searched_by_typing(listed_seat: SlackSeat, stage: Stage) -> None:
    await begun(listed_seat, stage, CROWD)
    await opens(listed_seat, "/model")
    offered = [choice.removeprefix("✓ ") for choice in await listed_seat.search("")]

    assert len(offered) == 100
    assert {"Flux.1-Schnell", "kolors"} <= set(offered)
    assert await listed_seat.search("KIMI k2") == ["kimi-k2"]
    await picks(listed_seat, "kimi-k2")
    await uses(listed_seat, stage, "kimi-k2")
    await opens(listed_seat, "/model")
    await listed_seat.search("pictures")
    await picks(listed_seat, "kolors")
    assert "kolors" in titles(listed_seat)[-1]


async def test_what_is_found_stands_under_headings_in_its_readers_language(stage: Stage) -> None:
    stage.wanjie.script.models = CROWD
    seat = stage.direct(locale="zh-CN")
    await seat.say("/model")
    await seat.until(lambda: any("deepseek-v3" in answer for answer in seat.answers()))
    await seat.search("")
    shown = stage.slack.acks[-1].payload["option_groups"]

    assert [group["label"]["text"] for group in shown] == ["对话", "图片"]


async def test_a_model_that_has_just_come_to_the_list_is_found(direct_seat: Seat, stage: Stage) -> None:
    await begun(direct_seat, stage)
    await opens(direct_seat, "/model")
    await asyncio.sleep(5)  # so long a list is beyond doubt
    stage.wanjie.script.models = ("brand-new", *MODELS)
    await direct_seat.say("/model brand-new")
    await says(direct_seat, "brand-new")

    await uses(direct_seat, stage, "brand-new")


async def test_a_model_that_has_left_the_list_shows_the_new_one(empty_stage: Stage) -> None:
    await empty_stage.start(WANJIE_CATALOG_TTL="0.001")
    await empty_stage.ready()
    for seat in (empty_stage.private(), empty_stage.direct()):
        empty_stage.wanjie.script.models = MODELS
        await opens(seat, "/model")
        empty_stage.wanjie.script.models = ("deepseek-v3", "gpt-5", "gpt-6")
        await picks(seat, "kimi-k2")

        assert "gpt-5" in seat.choices()
        assert "not in the list of models any more" in (await seat.until(seat.hints))[-1]


async def test_a_pick_in_a_topic_holds_there_and_in_no_other_place(stage: Stage) -> None:
    person = stage.telegram.user(77, "Bob")
    forum = stage.telegram.group("Forum", forum=True, admin=True)
    topic = TelegramSeat(stage.telegram, person, forum, topic=stage.telegram.topic(forum, "One"))
    general = TelegramSeat(stage.telegram, person, forum)
    await begun(topic, stage)
    await opens(topic, "/model")
    picker = stage.telegram.messages(forum.id)[-1]
    await picks(topic, "kimi-k2")
    person.delete(picker)
    person.call_back(picker, "model:=qwen3-32b")
    hint = (await topic.until(topic.hints))[-1]

    assert "too old" in hint
    await uses(topic, stage, "kimi-k2")
    await uses(general, stage, "deepseek-v3")


async def test_where_admins_decide_others_may_look(empty_stage: Stage) -> None:
    await empty_stage.start(MODEL_CHANGE="admins")
    await empty_stage.ready()
    for admin, pages in ((empty_stage.group(), True), (empty_stage.thread(), False)):
        await begun(admin, empty_stage)
        member = empty_stage.joining(admin, "Mel")
        await opens(member, "/model")
        for label in ("Pictures", "Chat") if pages else ():
            await picks(member, label)
        await member.choose("kimi-k2")
        await member.until(member.hints)
        await member.say("/model kimi-k2")
        await says(member, "Only admins")

        assert member.hints()[-1] == "Only admins may change that here."
        await uses(member, empty_stage, "deepseek-v3")


async def test_where_admins_decide_they_may(empty_stage: Stage) -> None:
    await empty_stage.start(MODEL_CHANGE="admins")
    await empty_stage.ready()
    for first in (empty_stage.group(), empty_stage.thread()):
        await begun(first, empty_stage)
        admin = empty_stage.joining(first, "Ida", admin=True)
        await opens(admin, "/model")
        await picks(admin, "kimi-k2")

        await uses(first, empty_stage, "kimi-k2")


async def test_alone_with_the_bot_everybody_decides(empty_stage: Stage) -> None:
    await empty_stage.start(MODEL_CHANGE="admins")
    await empty_stage.ready()
    for seat in (empty_stage.private(), empty_stage.direct()):
        await seat.say("/model kimi-k2")

        await says(seat, "From now on")


async def test_a_menu_works_after_a_restart(empty_stage: Stage) -> None:
    first = await empty_stage.start()
    await empty_stage.ready()
    seats = (empty_stage.private(), empty_stage.direct())
    for seat in seats:
        await opens(seat, "/model")
    await empty_stage.kill(first)
    await empty_stage.start()
    for seat in seats:
        await picks(seat, "kimi-k2")

        assert "kimi-k2" in titles(seat)[-1]
