# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Who may use the bot, from the claim code of a new installation to the first group that is let in."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.telegram.persona import TelegramPersona
from core.access.redis_keys import NOTICES_KEY
from tests.scenarios.access_steps import claim, start
from tests.scenarios.button_steps import AGAIN, SPEAK, answered, grows, offers, told
from tests.scenarios.conftest import ONE_A_PLATFORM, PERSONAS
from tests.scenarios.conversation_steps import asked, says, words
from tests.scenarios.model_menu_steps import begun, opens
from tests.scenarios.store_steps import find

_CACHE_SECONDS = 0.6
"""How long another process may still act on what it has read before, and a little more."""


async def test_on_telegram_a_newcomer_claims_the_bot_and_lets_a_group_in(empty_harness: ServiceHarness) -> None:
    harness, root, group = empty_harness, empty_harness.private("Root"), empty_harness.group("Hike", "Ada")
    await start(harness)
    await root.say("hello")
    await says(root, "Nobody has set me up yet")
    await root.say("/pair AAAAA-AAAAA")
    await says(root, "isn't right")
    code = await claim(harness, root)
    await root.say("hello")
    await says(root, "answer to hello")
    await root.say("/usage all")
    await says(root, "today tokens: ")
    await group.say("what do we pack?")
    await says(group, "people and groups that my admins know")
    await says(root, "Ada would like to use me in a group: Hike")
    await group.say("anybody there?")
    await root.choose("Allow")
    await says(group, "Everybody here can use me now")
    await group.say("what do we pack?")
    await says(group, "answer to what do we pack?")
    await root.say("/admin audit")
    await says(root, "claimed the bot")

    assert len(asked(harness)) == 2
    assert len(group.answers()) == 3
    assert code not in harness.logs()
    assert "nobody owns the bot" in harness.logs()

    thief = harness.private("Mallory")
    await thief.say(f"/pair {code}")
    await says(thief, "people and groups that my admins know")
    await says(root, "Mallory")


async def test_on_slack_members_are_let_in_and_others_ask(empty_harness: ServiceHarness) -> None:
    harness, root, member = empty_harness, empty_harness.direct("Root"), empty_harness.direct("Lin")
    guest = harness.direct("Gus")
    guest.user.person.is_guest = True
    visitor = harness.slack.visitor("Vic")
    connected = SlackPersona(harness.slack, visitor, harness.slack.channel("shared", members=[visitor]))
    await start(harness)
    await claim(harness, root)
    await answered(member, harness, "hello")
    await root.say("/usage all")
    await says(root, "today tokens: ")
    await connected.say("let me in")
    await says(connected, "people and groups that my admins know")
    await guest.say("let me in")
    await says(guest, "people and groups that my admins know")
    await says(root, "Gus")
    await root.choose("Allow")
    await says(guest, "You can use me now")
    await answered(guest, harness, "thank you")

    assert len(asked(harness)) == 2


async def test_a_stranger_is_told_once_and_leaves_nothing_behind(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, stranger = empty_harness, empty_harness.private("Eve")
    await start(harness, REDIS_URL=redis_url)
    await stranger.say("first secret")
    await says(stranger, "Nobody has set me up yet")
    for text in ("second secret", "/stop", "/model kimi-k2", "third secret"):
        await stranger.say(text)
    stranger.person.send_photo(stranger.chat, b"secret", "secret")
    stranger.person.block()
    async with asyncio.timeout(60):
        while "removed from a chat, or blocked" not in harness.logs():  # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0.02)
    kept = b"".join([await redis.dump(key) or b"" for key in await redis.keys()])

    assert len(stranger.answers()) == 1
    assert not asked(harness)
    assert await redis.zcard(NOTICES_KEY) == 1
    assert b"secret" not in kept


async def test_a_stranger_who_presses_a_button_orders_nothing(empty_harness: ServiceHarness) -> None:
    harness, root = empty_harness, empty_harness.private("Root")
    await start(harness)
    await claim(harness, root)
    group = harness.group("Hike", "Ada")
    eve = harness.joining(group, "Eve")
    owner = TelegramPersona(harness.telegram, root.person, group.chat)
    await answered(owner, harness)
    await offers(owner, AGAIN, SPEAK)
    await eve.press(AGAIN)
    await told(eve, "Sorry, I only answer")

    assert len(asked(harness)) == 1


async def test_a_role_that_changes_while_a_question_waits_counts(empty_harness: ServiceHarness) -> None:
    harness, root, ada = empty_harness, empty_harness.private("Root"), empty_harness.private("Ada")
    await start(harness)
    await claim(harness, root)
    await ada.say("hello")
    await says(root, "Ada")
    await root.choose("Allow")
    await says(ada, "You can use me now")
    await grows(ada, harness, words(200))
    await ada.say("and then?")
    await root.say(f"/admin block tg:{ada.person.user.id}")
    await says(root, "Done.")
    harness.wanjie.script.hold_after = None
    await ada.until(lambda: "w199" in " ".join(ada.answers()))
    await root.say("/admin people")
    await says(root, "blocked")

    assert len(asked(harness)) == 1


async def test_a_foreign_group_is_left_when_it_is_refused(empty_harness: ServiceHarness) -> None:
    harness, root = empty_harness, empty_harness.private("Root")
    await start(harness)
    await claim(harness, root)
    stranger = harness.group("Spam", "Eve")
    stranger.chat.bot_status = "left"
    harness.telegram.add_bot(stranger.chat, stranger.person)
    await says(root, "in a group")
    await root.choose("Refuse")
    await root.until(lambda: stranger.chat.bot_status == "left")
    own = harness.group("Team", "Root")
    own.chat.bot_status = "left"
    harness.telegram.add_bot(own.chat, root.person)
    await says(own, "I'll answer")
    own.chat.bot_status = "administrator"  # which reads what mentions it
    await answered(own, harness)

    assert len(asked(harness)) == 1


async def test_nothing_of_what_a_refused_guest_wrote_is_left(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    harness, root, guest = empty_harness, empty_harness.direct("Root"), empty_harness.direct("Gus")
    guest.user.person.is_guest = True
    await harness.start(REDIS_URL=redis_url, ACCESS_MODE="pairing")
    await harness.ready()
    await claim(harness, root)
    await guest.say("a heliotrope blooms")
    await says(guest, "people and groups that my admins know")

    async with asyncio.timeout(60):
        while await find(redis, "heliotrope"):  # noqa: ASYNC110 - the job ends just after its answer is shown
            await asyncio.sleep(0.05)


async def test_a_group_that_becomes_a_supergroup_takes_its_permission_along(empty_harness: ServiceHarness) -> None:
    harness, root = empty_harness, empty_harness.private("Root")
    await start(harness)
    await claim(harness, root)
    ada, old = harness.telegram.user(7001, "Ada"), harness.telegram.group("Friends", basic=True, admin=True)
    group = TelegramPersona(harness.telegram, ada, old)
    await group.say("hello")
    await says(root, "Friends")
    await root.choose("Allow")
    await says(group, "Everybody here can use me now")
    moved = TelegramPersona(harness.telegram, ada, harness.telegram.migrate(old, ada))
    await answered(moved, harness, "and now?")
    await says(root, "is allowed now")

    assert len(asked(harness)) == 1
    assert not [answer for answer in root.answers() if "would like to use me" in answer]  # the one request was decided


async def test_guests_and_visitors_get_nothing_at_any_entrance(empty_harness: ServiceHarness) -> None:
    harness, root, member = empty_harness, empty_harness.direct("Root"), empty_harness.thread()
    guest, visitor = harness.slack.user("Gus"), harness.slack.visitor("Vic")
    guest.person.is_guest = True
    await start(harness)
    await claim(harness, root)
    await answered(member, harness)
    shared = harness.slack.workspace.messages[-1]
    for user in (guest, visitor):
        member.channel.members.add(user.id)
        stranger = SlackPersona(harness.slack, user, member.channel)
        await user.open_app("home")
        for shortcut in ("ask", "summarize", "speak"):
            await user.shortcut(shared, shortcut)
        for text in ("hi", "/model", "/imagine", "/imagine a cat", "/usage", "/stop", "/admin people"):
            await stranger.say(text)
        await root.until(lambda user=user: "Sorry, I only answer" in str(user.home))
    await answered(member, harness, "two")

    assert len(asked(harness)) == 2
    assert not harness.slack.views.modals
    assert not [answer for answer in member.answers() if "model" in answer or "tokens" in answer]


async def test_guests_find_nothing_in_menus(empty_harness: ServiceHarness) -> None:
    harness, member, guest = empty_harness, empty_harness.thread(), empty_harness.slack.user("Gus")
    guest.person.is_guest = True
    await start(harness)
    await begun(member, harness, [f"model-{number}" for number in range(150)])
    await opens(member, "/model")
    member.channel.members.add(guest.id)
    menu = next(message for message in reversed(harness.slack.workspace.messages) if "Which" in message.text)

    assert await member.search("model-1")
    assert not await guest.search(menu, "menu:model", "model-1")


async def test_the_settings_let_guests_and_visitors_in(empty_harness: ServiceHarness) -> None:
    harness, guest = empty_harness, empty_harness.direct("Gus")
    guest.user.person.is_guest = True
    visitor = harness.slack.visitor("Vic")
    connected = SlackPersona(harness.slack, visitor, harness.slack.channel("shared", members=[visitor]))
    await start(harness, SLACK_GUESTS="on", SLACK_CONNECT="on")
    await answered(guest, harness, "one")
    await answered(connected, harness, "two")

    assert len(asked(harness)) == 2


async def test_a_list_names_who_may_use_the_bot(empty_harness: ServiceHarness) -> None:
    harness, listed, other = empty_harness, empty_harness.direct("Lin"), empty_harness.direct("Mo")
    group, stranger = harness.group(), harness.private("Eve")
    await start(
        harness,
        ACCESS_MODE="allowlist",
        SLACK_ALLOWED_IDS=f"U1,{listed.user.id}",
        TELEGRAM_ALLOWED_IDS=str(group.chat.id),
    )
    await answered(listed, harness, "one")
    await answered(group, harness, "two")
    await other.say("three")
    await says(other, f"add your ID: `{other.user.id}`")
    await stranger.say("four")
    await says(stranger, f"add your ID: {stranger.person.user.id}")

    assert len(asked(harness)) == 2


async def test_a_blocked_person_is_refused_by_every_replica(
    empty_harness: ServiceHarness, redis: Redis, redis_url: str
) -> None:
    assert await redis.ping()
    harness, root, lin = empty_harness, empty_harness.direct("Root"), empty_harness.direct("Lin")
    await start(harness, REDIS_URL=redis_url)
    await claim(harness, root)
    await start(harness, REDIS_URL=redis_url)
    await asyncio.sleep(_CACHE_SECONDS)
    await answered(lin, harness, "one")
    await root.say(f"/admin block sl:{lin.user.id}")
    await says(root, "Done.")
    await asyncio.sleep(_CACHE_SECONDS)
    for text in ("two", "three", "four"):
        await lin.say(text)
    await answered(root, harness, "five")

    assert len(asked(harness)) == 2
    assert len(lin.answers()) == 1


@pytest.mark.parametrize("place", ONE_A_PLATFORM)
async def test_the_owner_hands_the_bot_over_after_a_confirmation(empty_harness: ServiceHarness, place: str) -> None:
    harness = empty_harness
    root, heir = PERSONAS[place](harness), PERSONAS[place](harness)
    await start(harness, TELEGRAM_ALLOWED_IDS="1002")
    await claim(harness, root)
    name = f"sl:{heir.user.id}" if isinstance(heir, SlackPersona) else "tg:1002"
    await root.say(f"/admin owner {name}")
    await says(root, "Only an admin or a member can become the owner.")
    await root.say(f"/admin allow {name}")
    await says(root, "Done.")
    await heir.say("/admin owner tg:1")
    await says(heir, "Only the admins of this bot can do that.")
    await root.say(f"/admin owner {name}")
    await says(root, "own this bot? You stay an admin")
    await root.choose("Hand over")
    await says(root, "owns this bot now. You are an admin.")
    await asyncio.sleep(_CACHE_SECONDS)
    await root.say(f"/admin owner {name}")
    await says(root, "Only the owner of this bot can do that.")
    await heir.say("/admin audit")
    await says(heir, "handed the bot over to")
