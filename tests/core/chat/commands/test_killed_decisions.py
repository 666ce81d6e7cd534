# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""A process that is killed over an admin's press loses nothing: the press's next delivery finishes what was begun."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import pytest
from redis.asyncio import Redis

from core.access import AccessRegister, AccessRequest, ClaimResult, Claims, PersonRecord
from core.chat.actions.ask_admins_about_strangers import AccessRequests
from core.chat.commands.admin import AdminCommand
from core.chat.commands.admin_owner import OwnerCommand
from core.chat.delivery.event_context import EventContext
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Menu
from core.chat.port.platform import Platform
from core.chat.text.translations import Translations
from core.queue import Job
from tests.core.chat.outboxes import NoOutbox

OWNER, EVE, GROUP = "tg:1", "tg:2", "tg:9:-100"
_ROOT_CHAT = ChatRef("tg", "9", "1")


class KilledError(BaseException):
    """The process is gone."""


class KillAt:
    """Runs a coroutine until it has waited `number` times; what it waits for then happens or not."""

    def __init__(self, running: Coroutine[Any, Any, None], number: int) -> None:
        self._running = running
        self._number = number

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._running.__await__()
        try:
            for _ in range(self._number):
                yield next(steps)
        except StopIteration:
            return
        with contextlib.suppress(asyncio.CancelledError, StopIteration):
            yield steps.throw(asyncio.CancelledError())
            yield from steps  # connections are closed
        raise KilledError


@dataclass
class Telegram(NoOutbox, Platform):
    """Remembers what everybody is told."""

    name: str = "tg"
    chat: str = ""
    seen: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def read(self, payload: bytes) -> Incoming | None:
        raise AssertionError(payload)

    def outbox(self, incoming: Incoming) -> Telegram:
        return Telegram(chat=str(incoming.chat), seen=self.seen)

    async def leave(self, chat: ChatRef) -> None:
        await self._see("left", str(chat))

    async def send_text(self, text: str) -> None:
        await self._see(self.chat, text)

    async def notify_presser(self, text: str) -> None:
        await self._see("hint", text)

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        assert not step
        await self._see("menu", menu.title)

    async def _see(self, place: str, text: str) -> None:
        self.seen.append((place, text))
        await asyncio.sleep(0)


def make_admin_command(register: AccessRegister, telegram: Telegram) -> AdminCommand:
    requests, owner = AccessRequests(register, {"tg": telegram}, Translations()), OwnerCommand(register)
    return AdminCommand(register, requests, {}, {"owner": owner.press_hand_over})


class Press:
    """One press of the owner, delivered as often as it needs, each time to a new process."""

    def __init__(self, redis: Redis, telegram: Telegram, value: str) -> None:
        self._redis = redis
        self._telegram = telegram
        self._value = value
        self._state: dict[str, str] = {}

    async def _save(self, fields: Mapping[str, str]) -> bool:
        self._state.update(fields)
        await asyncio.sleep(0)
        return False

    async def deliver(self, kill_at: int) -> bool:
        """Deliver it; False when the process was killed over it."""
        register = AccessRegister(self._redis)
        role = (await register.read(OWNER, "")).role
        incoming = Incoming(_ROOT_CHAT, "7", "5", Sender("1", "Root", "en"), direct=True)
        job = Job(lane="", event_id="7", payload=b"", attempt=1, state=self._state, save_checkpoint=self._save)
        context = EventContext(incoming, job, self._telegram.outbox(incoming), Translations(), role)
        try:
            await KillAt(make_admin_command(register, self._telegram).on_select(context, self._value), kill_at)
        except KilledError:
            return False
        return True


Check: TypeAlias = Callable[[AccessRegister, Telegram], Coroutine[Any, Any, None]]
Prepare: TypeAlias = Callable[[AccessRegister], Coroutine[Any, Any, object]]


async def press_and_kill(redis: Redis, value: str, check: Check, prepare: Prepare | None = None) -> None:
    """Press with a kill at each point in turn, and look at what became of it after the next delivery."""
    for kill_at in range(200):
        await redis.flushall()
        claims, register, telegram = Claims(redis), AccessRegister(redis), Telegram()
        await claims.claim(await claims.make_code() or "", OWNER, PersonRecord("owner", "Root", str(_ROOT_CHAT)))
        for subject, request in REQUESTS.items():
            await register.requests.note_refusal(subject, request, event="1")
        await (prepare(register) if prepare else asyncio.sleep(0))
        press = Press(redis, telegram, value)
        finished = await press.deliver(kill_at)
        assert finished or await press.deliver(10_000)
        await check(AccessRegister(redis), telegram)
        if finished:
            assert kill_at > 1
            return
    raise AssertionError


REQUESTS = {
    f"u:{EVE}": AccessRequest("tg:9:2", "Eve", EVE, locale="en"),
    f"c:{GROUP}": AccessRequest(GROUP, "Eve", EVE, "Hike", "en"),
}


async def list_actions(register: AccessRegister) -> list[tuple[str, str]]:
    return [(entry.action, entry.subject) for entry in reversed(await register.list_audit())][1:]


@pytest.mark.parametrize("kind", ["person", "group"])
@pytest.mark.parametrize("verb", ["allow", "refuse"])
async def test_a_decision_is_carried_out_and_told(
    redis: Redis, kind: Literal["person", "group"], verb: Literal["allow", "refuse"]
) -> None:
    subject = f"u:{EVE}" if kind == "person" else f"c:{GROUP}"
    request = REQUESTS[subject]
    done = {
        ("person", "allow"): "member", ("person", "refuse"): "blocked", ("group", "allow"): "allowed",
        ("group", "refuse"): "refused",
    }[kind, verb]  # fmt: skip

    async def check(register: AccessRegister, telegram: Telegram) -> None:
        known = await register.read(EVE, GROUP)
        assert (known.role if kind == "person" else known.chat) == done
        assert await list_actions(register) == [(done, subject[2:])]
        assert set(await register.requests.list()) == REQUESTS.keys() - {subject}
        told = [(place, text) for place, text in telegram.seen if place not in {"menu", "hint"}]
        assert 1 <= len(told) <= 2 if verb == "allow" or kind == "group" else not told
        assert {place for place, _ in told} <= {request.chat if verb == "allow" else "left"}
        assert telegram.seen[-1][0] == "menu"
        assert "hint" not in dict(telegram.seen)

    await press_and_kill(redis, f"{verb} {subject}", check)


async def test_the_owner_who_has_handed_the_bot_over_is_told_so(redis: Redis) -> None:
    async def check(register: AccessRegister, telegram: Telegram) -> None:
        assert {name: each.state for name, each in (await register.list_people()).items()} == {
            OWNER: "admin",
            EVE: "owner",
        }
        assert await list_actions(register) == [("member", EVE), ("owner", EVE)]
        assert "owns this bot now" in telegram.seen[-1][1]

    def let_in(register: AccessRegister) -> Coroutine[Any, Any, object]:
        return register.set_role(EVE, "member", actor=OWNER, record=PersonRecord("member", "Eve"))

    await press_and_kill(redis, f"owner {EVE}", check, let_in)


async def test_whoever_has_claimed_the_bot_is_told_so(redis: Redis) -> None:
    for kill_at in range(100):
        await redis.flushall()
        code = await Claims(redis).make_code() or ""
        results: list[ClaimResult] = []

        async def claim(code: str = code, results: list[ClaimResult] = results) -> None:
            results.append(await Claims(redis).claim(code, OWNER, PersonRecord("owner")))

        try:
            await KillAt(claim(), kill_at)
        except KilledError:
            await claim()
            assert set(results) == {ClaimResult.CLAIMED}
            continue
        assert kill_at > 1
        return
    raise AssertionError
