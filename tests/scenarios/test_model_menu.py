"""The menu of models: opened, turned, searched and picked from, on both platforms."""

import asyncio

import pytest

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona
from bots.sandbox.wanjie.scripted_behaviour import MODELS
from tests.scenarios.conversation_steps import says
from tests.scenarios.model_menu_steps import begun, marked, opens, picks, titles, uses

MANY = (*(f"qwen3-{number}b" for number in range(30)), "deepseek-v3", "CosyVoice", "tts-1", "Flux.1-Schnell", "kolors")
CROWD = (*(f"llama-{number}" for number in range(147)), "deepseek-v3", "kimi-k2", "Flux.1-Schnell", "kolors")


@pytest.fixture(params=["telegram-private", "telegram-group"])
def paged_persona(request: pytest.FixtureRequest, harness: ServiceHarness) -> Persona:
    """A person where menus come in pages."""
    return harness.private() if request.param == "telegram-private" else harness.group()


@pytest.fixture(params=["slack-direct", "slack-thread"])
def listed_persona(request: pytest.FixtureRequest, harness: ServiceHarness) -> SlackPersona:
    """A person where menus are lists that can be searched."""
    return harness.direct() if request.param == "slack-direct" else harness.thread()


async def test_a_model_is_chosen_from_the_menu(persona: Persona, harness: ServiceHarness) -> None:
    await begun(persona, harness)
    title = await opens(persona, "/model")

    assert "deepseek-v3" in title
    assert "deepseek-v3" in [choice.removeprefix("✓ ") for choice in persona.choices()]
    assert "kimi-k2" in await picks(persona, "kimi-k2")
    assert len(titles(persona)) == 1
    await uses(persona, harness, "kimi-k2")


async def test_the_menu_opens_at_the_model_that_answers(paged_persona: Persona, harness: ServiceHarness) -> None:
    await begun(paged_persona, harness, MANY)
    await opens(paged_persona, "/model")

    assert "4/4" in paged_persona.choices()
    assert marked(paged_persona) == ["deepseek-v3", "Chat"]
    await picks(paged_persona, "qwen3-25b")
    assert marked(paged_persona) == ["qwen3-25b", "Chat"]


async def test_menu_pages_change_in_place(paged_persona: Persona, harness: ServiceHarness) -> None:
    await begun(paged_persona, harness, MANY)
    await opens(paged_persona, "/model")
    messages = len(paged_persona.answers())
    seen: list[str] = []
    for _ in range(4):
        await picks(paged_persona, "›")  # noqa: RUF001 - an arrow
        seen += [choice.removeprefix("✓ ") for choice in paged_persona.choices()]

    assert set(MANY[:31]) <= set(seen)
    assert len(paged_persona.answers()) == messages
    await picks(paged_persona, "‹")  # noqa: RUF001 - an arrow
    await picks(paged_persona, "qwen3-16b")
    await uses(paged_persona, harness, "qwen3-16b")


async def test_a_menu_page_changes_although_the_platform_fails_once(
    paged_persona: Persona, harness: ServiceHarness
) -> None:
    await begun(paged_persona, harness, MANY)
    await opens(paged_persona, "/model")
    await asyncio.sleep(1.2)  # so that no rate limit lets it wait
    harness.telegram.faults.bad_gateway("editMessageText", times=1)
    await picks(paged_persona, "‹")  # noqa: RUF001 - an arrow

    assert "3/4" in paged_persona.choices()


async def test_each_kind_has_a_tab(paged_persona: Persona, harness: ServiceHarness) -> None:
    await begun(paged_persona, harness, MANY)
    await opens(paged_persona, "/model")
    assert "CosyVoice" in await picks(paged_persona, "Speech")
    assert marked(paged_persona) == ["CosyVoice", "Speech"]
    await picks(paged_persona, "tts-1")
    assert marked(paged_persona) == ["tts-1", "Speech"]
    await picks(paged_persona, "Pictures")
    await picks(paged_persona, "kolors")

    assert marked(paged_persona) == ["kolors", "Pictures"]
    assert "tts-1" in await picks(paged_persona, "Speech")
    await uses(paged_persona, harness, "deepseek-v3")


async def test_pages_of_a_search_keep_its_query(paged_persona: Persona, harness: ServiceHarness) -> None:
    await begun(paged_persona, harness, MANY)
    title = await opens(paged_persona, "/model QWEN")
    assert "30 models match “QWEN”" in title
    assert {"1/4", "↩ All models"} <= set(paged_persona.choices())
    await picks(paged_persona, "›")  # noqa: RUF001 - an arrow

    assert {"2/4", "qwen3-8b", "↩ All models"} <= set(paged_persona.choices())
    assert "Which model should answer" in await picks(paged_persona, "All models")
    assert "4/4" in paged_persona.choices()


async def test_a_long_search_says_that_it_shows_a_part(direct_persona: Persona, harness: ServiceHarness) -> None:
    family = "deepseek-r1-distill-qwen-2.5-instruct-fp8"
    await begun(direct_persona, harness, (*(f"{family}-{number}" for number in range(9)), "deepseek-v3"))
    title = await opens(direct_persona, f"/model {family}")

    assert "9 models match" in title
    shown = [choice for choice in direct_persona.choices() if choice.startswith(family)]
    assert ("Only the first 8 are shown" in title) == (len(shown) == 8)
    assert len(shown) in {8, 9}


async def test_turning_pages_in_a_group_leaves_room_for_an_answer(harness: ServiceHarness) -> None:
    persona = harness.group()
    await begun(persona, harness, CROWD)
    await opens(persona, "/model")
    menu = harness.telegram.messages(persona.chat.id)[-1]
    for page in range(1, 17):
        persona.person.call_back(menu, f"model:+chat {page}")
    hint = (await persona.until(persona.hints))[0]
    await uses(persona, harness, "deepseek-v3")

    assert "One moment" in hint
    assert len(titles(persona)) == 1


def models_in(choices: list[str]) -> list[str]:
    """The models among the entries of a menu, without the way back to `/settings`."""
    return [choice.removeprefix("✓ ") for choice in choices if choice != "↩ Settings"]


async def test_a_list_shows_every_kind_under_its_heading(listed_persona: SlackPersona, harness: ServiceHarness) -> None:
    await begun(listed_persona, harness, MANY)
    title = await opens(listed_persona, "/model")

    assert all(f"{kind}: `{model}`" in title for kind, model in [("Chat", "deepseek-v3"), ("Speech", "CosyVoice")])
    assert len(models_in(listed_persona.choices())) == len(MANY)
    assert marked(listed_persona) == ["deepseek-v3", "CosyVoice", "Flux.1-Schnell"]
    assert "Pictures: `kolors`" in await picks(listed_persona, "kolors")
    assert "Speech: `tts-1`" in await picks(listed_persona, "tts-1")
    assert "Pictures: `kolors`" in titles(listed_persona)[-1]


async def test_a_long_list_is_searched_by_typing(listed_persona: SlackPersona, harness: ServiceHarness) -> None:
    await begun(listed_persona, harness, CROWD)
    await opens(listed_persona, "/model")
    offered = models_in(await listed_persona.search(""))

    assert len(offered) == 100
    assert {"Flux.1-Schnell", "kolors"} <= set(offered)
    assert models_in(await listed_persona.search("KIMI k2")) == ["kimi-k2"]
    await picks(listed_persona, "kimi-k2")
    await uses(listed_persona, harness, "kimi-k2")
    await opens(listed_persona, "/model")
    await listed_persona.search("pictures")
    await picks(listed_persona, "kolors")
    assert "kolors" in titles(listed_persona)[-1]


async def test_search_results_have_headings_in_the_reader_s_language(harness: ServiceHarness) -> None:
    harness.wanjie.script.models = CROWD
    persona = harness.direct(locale="zh-CN")
    await persona.say("/model")
    await persona.until(lambda: any("deepseek-v3" in answer for answer in persona.answers()))
    await persona.search("")
    shown = harness.slack.acks[-1].payload["option_groups"]

    assert [group["label"]["text"] for group in shown] == ["对话", "图像"]


async def test_a_newly_listed_model_is_found(direct_persona: Persona, harness: ServiceHarness) -> None:
    await begun(direct_persona, harness)
    await opens(direct_persona, "/model")
    await asyncio.sleep(5)  # so long a list is beyond doubt
    harness.wanjie.script.models = ("brand-new", *MODELS)
    await direct_persona.say("/model brand-new")
    await says(direct_persona, "brand-new")

    await uses(direct_persona, harness, "brand-new")


async def test_selecting_an_unlisted_model_shows_the_current_list(empty_harness: ServiceHarness) -> None:
    await empty_harness.start(WANJIE_CATALOG_TTL="0.001")
    await empty_harness.ready()
    for persona in (empty_harness.private(), empty_harness.direct()):
        empty_harness.wanjie.script.models = MODELS
        await opens(persona, "/model")
        empty_harness.wanjie.script.models = ("deepseek-v3", "gpt-5", "gpt-6")
        await picks(persona, "kimi-k2")

        assert "gpt-5" in persona.choices()
        assert "no longer available" in (await persona.until(persona.hints))[-1]


async def test_a_selection_in_a_topic_applies_only_there(harness: ServiceHarness) -> None:
    person = harness.telegram.user(77, "Bob")
    forum = harness.telegram.group("Forum", forum=True, admin=True)
    topic = TelegramPersona(harness.telegram, person, forum, topic=harness.telegram.topic(forum, "One"))
    general = TelegramPersona(harness.telegram, person, forum)
    await begun(topic, harness)
    await opens(topic, "/model")
    picker = harness.telegram.messages(forum.id)[-1]
    await picks(topic, "kimi-k2")
    person.delete(picker)
    person.call_back(picker, "model:=qwen3-32b")
    hint = (await topic.until(topic.hints))[-1]

    assert "expired" in hint
    await uses(topic, harness, "kimi-k2")
    await uses(general, harness, "deepseek-v3")


async def test_where_admins_decide_others_may_view_the_menu(empty_harness: ServiceHarness) -> None:
    await empty_harness.start(MODEL_CHANGE="admins")
    await empty_harness.ready()
    for admin, pages in ((empty_harness.group(), True), (empty_harness.thread(), False)):
        await begun(admin, empty_harness)
        member = empty_harness.joining(admin, "Mel")
        await opens(member, "/model")
        for label in ("Pictures", "Chat") if pages else ():
            await picks(member, label)
        await member.choose("kimi-k2")
        await member.until(member.hints)
        await member.say("/model kimi-k2")
        await says(member, "Only admins")

        assert member.hints()[-1] == "Only admins can change that here."
        await uses(member, empty_harness, "deepseek-v3")


async def test_where_admins_decide_admins_may_select(empty_harness: ServiceHarness) -> None:
    await empty_harness.start(MODEL_CHANGE="admins")
    await empty_harness.ready()
    for first in (empty_harness.group(), empty_harness.thread()):
        await begun(first, empty_harness)
        admin = empty_harness.joining(first, "Ida", admin=True)
        await opens(admin, "/model")
        await picks(admin, "kimi-k2")

        await uses(first, empty_harness, "kimi-k2")


async def test_in_a_private_chat_its_user_may_select(empty_harness: ServiceHarness) -> None:
    await empty_harness.start(MODEL_CHANGE="admins")
    await empty_harness.ready()
    for persona in (empty_harness.private(), empty_harness.direct()):
        await persona.say("/model kimi-k2")

        await says(persona, "Switched to")


async def test_a_menu_works_after_a_restart(empty_harness: ServiceHarness) -> None:
    first = await empty_harness.start()
    await empty_harness.ready()
    personas = (empty_harness.private(), empty_harness.direct())
    for persona in personas:
        await opens(persona, "/model")
    await empty_harness.kill(first)
    await empty_harness.start()
    for persona in personas:
        await picks(persona, "kimi-k2")

        assert "kimi-k2" in titles(persona)[-1]
