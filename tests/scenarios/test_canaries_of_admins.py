"""As `test_canaries.py`, for what admins do, what people take away or have forgotten, and commands for operators."""

from __future__ import annotations

import base64

from redis.asyncio import Redis

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from core.queue import QueueKeys
from core.queue.envelope import Envelope
from core.redis.text_cipher import EncryptedTexts
from tests.bots.health import Health
from tests.scenarios.access_steps import claim, start
from tests.scenarios.canary_steps import canary, find_canaries, read_health
from tests.scenarios.conversation_steps import says
from tests.scenarios.fork_service import fork_to_the_end

_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
_COMMANDS = (
    "audit", "{0}", "allow tg:{0}", "owner tg:{0}", "limits others day {0}", "limits tg:{0} day 5",
    "models others {0}*", "models default chat {0}",
)  # fmt: skip


async def decide(root: Persona, harness: ServiceHarness) -> None:
    """Be asked about a person and a group, and refuse both; the group cannot be left."""
    eve, spam = harness.private(canary("eve")), harness.group(canary("spam"), canary("mallory"))
    await eve.say(canary("question"))
    await says(root, canary("eve"))
    await root.choose("Refuse")
    await says(root, "is refused.")
    await spam.say(canary("question"))
    await says(root, canary("spam"))
    harness.telegram.faults.fail("leaveChat", 400, f"Bad Request: {canary('description')}")
    await root.choose("Refuse")
    await says(root, f"{canary('mallory')} (tg:123456:{spam.chat.id}) is refused.")


async def announce(root: Persona, harness: ServiceHarness) -> None:
    """Tell everybody; one platform takes it, the other one does not."""
    await root.say(f"/admin announce {canary('announcement')}")
    await says(root, "that have used the bot lately?")
    harness.slack.faults.break_down("chat.postMessage", words=canary("page"))
    harness.slack.faults.fail("chat.postMessage", canary("code"), times=9)
    await root.choose("Send")
    await says(root, "Sent to 1 of 2.")
    harness.slack.faults.clear()


EXPECTED = (
    "somebody who may not use the bot was refused", "a decision could not be announced",
    "an announcement was not taken", "an announcement was sent", "ContentRejectedError",
)  # fmt: skip
"""What the log must say, or nothing has happened."""


async def test_nothing_of_what_admins_do_and_people_take_away_or_forget_is_written_down(
    empty_harness: ServiceHarness,
) -> None:
    harness, health = empty_harness, Health()
    harness.telegram.limits.enabled = False
    root, lin = harness.private(canary("root")), harness.direct(canary("lin"))
    await start(harness, LOG_LEVEL="DEBUG", HTTP_PORT=str(health.port), HISTORY_ENCRYPTION_KEYS=_KEY)
    harness.wanjie.script.answer = lambda _: canary("answer")
    code = await claim(harness, root)
    for persona in (root, lin):
        await persona.say(canary("question"))
        await says(persona, canary("answer"))
    await root.say(f"/admin promote sl:{lin.user.id}")
    await says(root, "Done.")
    for number, command in enumerate(_COMMANDS):
        await (root, lin)[number % 2].say(f"/admin {command.format(canary('word'))}")
    await says(root, "I don't know")
    await decide(root, harness)
    await announce(root, harness)
    harness.telegram.faults.fail("sendDocument", 400, f"Bad Request: {canary('description')}")
    harness.slack.faults.fail("files.getUploadURLExternal", canary("code"))
    for persona in (root, lin):
        for command in ("/export", f"/forget {canary('word')}", "/forget me yes"):
            await persona.say(command)
        await says(persona, "I keep none of your questions any more")

    shown = await read_health(health)
    await harness.end(harness.processes[0])
    log = harness.logs()
    assert find_canaries(log + shown) == set()
    assert [word for word in (code, *EXPECTED) if (word in log) == (word == code)] == []


async def test_commands_about_messages_that_were_given_up_show_their_words_to_who_asks_for_them_alone(
    redis: Redis, redis_url: str, empty_harness: ServiceHarness
) -> None:
    harness, cipher = empty_harness, EncryptedTexts([_KEY])
    payload = f'{{"text": "{canary("waiting")}"}}'.encode()
    envelopes = [Envelope("e1", payload).pack(), Envelope("e2", payload).pack(cipher), canary("mail").encode()]
    for mail in envelopes:
        await redis.xadd(QueueKeys().dead(0), {"lane": "tg:1:5", "mail": mail, "deliveries": canary("count")})

    async def run(*words: str, **settings: str) -> str:
        environment = {**harness.environment(), "REDIS_URL": redis_url, "LOG_LEVEL": "DEBUG", **settings}
        return (await fork_to_the_end("dead", *words, folder=harness.folder, **environment))[1]

    dead = f"redis://{canary('user')}:{canary('word')}@127.0.0.1:9/0"
    listed = await run("list")
    letters = [line.split()[0] for line in listed.splitlines() if "tg:1:5" in line and " bytes" in line]
    shown, shown_with_key = [await run("show", *letters, **keys) for keys in ({}, {"HISTORY_ENCRYPTION_KEYS": _KEY})]
    others = [
        await run("list", REDIS_URL=dead), await run("list", HISTORY_ENCRYPTION_KEYS=canary("key")),
        await run("retry"), await run("drop"),
    ]  # fmt: skip

    assert len(letters) == 3
    assert (shown.count(canary("waiting")), shown_with_key.count(canary("waiting"))) == (1, 2)
    assert find_canaries(listed + "".join(others)) == set()
    assert "The store does not answer" in others[0]
