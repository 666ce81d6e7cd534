# pyright: reportUnknownMemberType=false
# redis-py leaves the options of its commands untyped.
"""Admins are asked about strangers, whatever name somebody was once given a role by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from redis.asyncio import Redis

from core.access import AccessRegister, AccessRequest, PersonRecord
from core.access.record_types import pack_record
from core.access.redis_keys import PEOPLE_KEY
from core.chat.actions.ask_admins_about_strangers import AccessRequests
from core.chat.commands.admin import AdminCommand
from core.chat.delivery.event_context import EventContext
from core.chat.events.access_gate import AccessRefusal
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Menu
from core.chat.port.platform import Platform
from core.chat.text.translations import Translations
from core.queue import Job
from tests.core.chat.outboxes import NoteScreen

EVE = Incoming(ChatRef("tg", "9", "2"), "7", "5", Sender("2", "Eve", "en"), direct=True)
ROOT = Incoming(ChatRef("tg", "9", "1"), "8", "6", Sender("1", "Root", "en"), "promote tg:bob", direct=True)


@dataclass
class Telegram(NoteScreen, Platform):
    """A platform whose ids are numbers."""

    name: str = "tg"
    asked: list[str] = field(default_factory=list[str])
    chat: str = ""

    def read(self, payload: bytes) -> Incoming | None:
        raise AssertionError(payload)

    def is_person_id(self, text: str) -> bool:
        return text.isdecimal()

    def outbox(self, incoming: Incoming) -> Telegram:
        return Telegram(asked=self.asked, texts=self.texts, chat=str(int(incoming.chat.chat)))

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        assert not step
        assert menu.options
        self.asked.append(self.chat)


def make_context(incoming: Incoming, telegram: Telegram) -> EventContext:
    async def keep(_: Mapping[str, str]) -> bool:
        return False

    job = Job(lane="", event_id=incoming.event_id, payload=b"", attempt=1, state={}, save_checkpoint=keep)
    return EventContext(incoming, job, telegram.outbox(incoming), Translations(), "owner")


async def test_an_admin_of_an_impossible_name_keeps_nobody_from_being_asked(redis: Redis) -> None:
    register, telegram = AccessRegister(redis), Telegram()
    for name in ("tg:bob", "tg:1", "sl:U1"):
        await redis.hset(PEOPLE_KEY, name, pack_record(PersonRecord("admin")))
    requests = AccessRequests(register, {"tg": telegram}, Translations())
    await register.requests.note_refusal("u:tg:2", AccessRequest("tg:9:2", "Eve", "tg:2"), event="7")
    await requests.answer(make_context(EVE, telegram), AccessRefusal(EVE, "access.asked", "u:tg:2"))

    assert telegram.asked == ["1"]


async def test_nobody_of_an_impossible_name_gets_a_role(redis: Redis) -> None:
    register, telegram = AccessRegister(redis), Telegram()
    await redis.hset(PEOPLE_KEY, "tg:1", pack_record(PersonRecord("owner")))
    requests = AccessRequests(register, {"tg": telegram}, Translations())
    await AdminCommand(register, requests, {}, {}).run(make_context(ROOT, telegram))

    assert [text.partition(" `/admin people`")[0] for text in telegram.texts] == ["I don't know `tg:bob`."]
    assert set(await register.list_people()) == {"tg:1"}
