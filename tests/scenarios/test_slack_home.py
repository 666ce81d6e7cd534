"""The Home tab on Slack: what one has chosen, has used and may do, and menus that change it."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from tests.scenarios.access_steps import claim
from tests.scenarios.conversation_steps import echo, says
from tests.scenarios.replica_steps import start_slack_replica

_PUBLISH = "views.publish"


async def opens_home(persona: SlackPersona, part: str) -> str:
    """Open the tab, and wait until it shows this."""
    await persona.user.open_app("home")
    return await home_shows(persona, part)


def last_model(harness: ServiceHarness) -> str:
    return str([call.body["model"] for call in harness.wanjie.requests if call.path.endswith("/chat/completions")][-1])


async def home_shows(persona: SlackPersona, part: str) -> str:
    await persona.until(lambda: part in persona.home())
    return persona.home()


async def test_the_tab_shows_what_holds_and_changes_it(harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = echo
    persona = harness.direct()
    await persona.say("hello")
    await says(persona, "answer to hello")
    shown = await opens_home(persona, "Which models should be used")

    assert all(part in shown for part in ("deadlock", "Voice settings", "tokens:", "/imagine", "In which language"))
    assert "Who may use me" not in shown

    await persona.choose_at_home("kimi-k2")
    await home_shows(persona, "Chat: `kimi-k2`")
    await persona.choose_at_home("Full")
    await persona.until(lambda: "✓ Full" in persona.home_choices())
    await persona.choose_at_home("中文")
    await home_shows(persona, "使用哪些模型")
    await persona.choose_at_home("自动")
    await home_shows(persona, "Which models should be used")
    await persona.say("again")
    await says(persona, "answer to again")

    assert last_model(harness) == "kimi-k2"
    assert len(persona.answers()) == 2  # nothing was said in the conversation


async def test_admins_decide_on_the_tab_and_it_says_who_may_not_use_the_bot(empty_harness: ServiceHarness) -> None:
    harness, owner, guest = empty_harness, empty_harness.direct("Owner"), empty_harness.direct("Gus", "zh-CN")
    guest.user.person.is_guest = True
    await harness.start(ACCESS_MODE="pairing", SLACK_GUESTS="off")
    await harness.ready()
    await opens_home(guest, "/pair")
    await claim(harness, owner)
    for _ in range(2):
        await opens_home(guest, "给我发一条消息")
    await owner.say("/admin requests")
    await says(owner, "No requests are open")  # to look at the tab asks nobody
    await guest.say("hello")
    await says(guest, "我已经询问他们")
    await opens_home(owner, "would like to use me")
    assert "Who may use me" in owner.home()
    assert "owner" in owner.home()
    await owner.choose_at_home("Allow")
    await home_shows(owner, "Gus")
    await home_shows(owner, "is allowed now")
    assert "Allow" not in owner.home_choices()
    await opens_home(guest, "使用哪些模型")
    await owner.say(f"/admin block sl:{guest.user.id}")
    await says(owner, "Done")
    await guest.choose_at_home("kimi-k2")
    await home_shows(guest, "抱歉")

    assert guest.home_choices() == []


async def test_a_page_counts_only_for_the_person_and_the_chat_that_it_was_made_for(
    empty_harness: ServiceHarness,
) -> None:
    harness = empty_harness
    harness.wanjie.script.models = ("deepseek-v3", *(f"model-{number}" for number in range(120)))
    await harness.start()
    await harness.ready()
    ada, eve = harness.direct("Ada"), harness.direct("Eve")
    await opens_home(eve, "Which models should be used")
    home = eve.user.home
    assert home is not None
    found = await eve.search_at_home("model-77")
    home["private_metadata"] = ada.channel.id
    foreign = await eve.search_at_home("model-77")
    await eve.choose_at_home("中文")
    await home_shows(eve, "has expired")
    await opens_home(ada, "Which models should be used")
    home = ada.user.home
    assert home is not None
    signature = home.pop("callback_id")
    unsigned = await ada.search_at_home("model-77")
    await ada.choose_at_home("中文")
    await home_shows(ada, "has expired")

    assert signature
    assert ["model-77" in " ".join(labels) for labels in (found, foreign, unsigned)] == [True, False, False]
    await opens_home(eve, "Which models should be used")
    await eve.choose_at_home("中文")
    await home_shows(eve, "使用哪些模型")
    await opens_home(ada, "Which models should be used")


async def test_an_opening_that_follows_another_is_not_worked_on_twice(harness: ServiceHarness) -> None:
    persona = harness.direct()
    harness.slack.faults.flood(_PUBLISH)
    harness.slack.faults.break_down(_PUBLISH)
    await opens_home(persona, "Which models")
    harness.slack.faults.delay(_PUBLISH, 1.0)
    for _ in range(30):
        await persona.user.open_app("home")
    await persona.until(lambda: len(harness.slack.acks) >= 31)
    harness.slack.faults.delay(_PUBLISH, 0.0)
    await persona.choose_at_home("Full")
    await persona.until(lambda: "✓ Full" in persona.home_choices())

    assert harness.slack.count(_PUBLISH) < 10
    assert not harness.slack.floods
    assert persona.answers() == []


async def test_over_http_any_replica_fills_and_changes_the_tab(empty_harness: ServiceHarness, redis_url: str) -> None:
    harness = empty_harness
    harness.wanjie.script.models = ("deepseek-v3", *(f"model-{number}" for number in range(120)))
    for _ in range(2):
        await start_slack_replica(harness, redis_url)
    await harness.ready()
    persona = harness.direct()
    await opens_home(persona, "Which models")
    found = await persona.search_at_home("model-77")
    await persona.choose_at_home("model-77")
    await home_shows(persona, "`model-77`")

    assert "model-77" in found
    assert not harness.slack.count("apps.connections.open")
