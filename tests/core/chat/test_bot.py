# pyright: reportUnknownMemberType=false
# redis-py leaves the options of some commands untyped.
"""One event from its storage to its end: whatever fails on the way, the chat goes on and its people are told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Literal

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as StoreLostError
from redis.exceptions import ResponseError
from structlog.testing import capture_logs

from core.access import AccessRegister
from core.build_service import Service
from core.chat.commands import COMMANDS
from core.chat.port.errors import (
    ContentRejectedError,
    FileTooLargeError,
    MediaForbiddenError,
    MediaUnsupportedError,
    NotAMemberError,
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
    VoiceForbiddenError,
)
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.port.platform import Platform
from core.chat.text.translations import Translations
from core.chat.text.user_error import StoppedByUserError, UserFacingError
from core.metrics import Metrics
from core.queue import Inbox
from core.settings import Settings
from core.tracing import NO_TRACER
from core.wanjie import KeyRejectedError, WanjieClient
from tests.core.chat.outboxes import NoOutbox
from tests.core.queue.scripted_handler import wait_until
from tests.core.settings.conftest import PLATFORMS

_HELLO = "Hi! Ask me"
_OUTCOMES: list[tuple[Exception, str]] = [
    (RecipientGoneError("kicked"), ""),
    (StoppedByUserError(), ""),
    (NotAMemberError("not_in_channel"), "attach.absent"),
    (VoiceForbiddenError("no"), "attach.no_voice"),
    (MediaForbiddenError("no"), "attach.no_pictures"),
    (MediaUnsupportedError("no"), "attach.unsupported"),
    (UneditableError("cant_update_message"), "error.unshown"),
    (FileTooLargeError("large"), "error.unshown"),
    (ContentRejectedError("some_new_code"), "error.unshown"),
    (RateLimitedError(0.01), "error.unshown"),
    (PlatformUnreachableError("503"), "error.unshown"),
    (OutboxError("?"), "error.unshown"),
    (UserFacingError("talk.empty"), "talk.empty"),
    (KeyRejectedError("401"), "error.key"),
    (KeyError("channel"), "error.unexpected"),
    (RuntimeError("nobody foresaw this"), "error.unexpected"),
    (ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value"), "error.unexpected"),
]


@dataclass
class Fragile(NoOutbox, Platform):
    """A platform and its outbox; `faults` are raised once, by the event and the name of the method that meets them."""

    faults: dict[tuple[str, str], Exception] = field(default_factory=dict[tuple[str, str], Exception])
    said: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    event: str = ""
    name: str = "tg"

    def _meet(self, method: str) -> None:
        if (self.event, method) in self.faults:
            raise self.faults.pop((self.event, method))

    def read(self, payload: bytes) -> Incoming | None:
        self.event = payload.decode()
        self._meet("read")
        chat = ChatRef("tg", "1", "7")
        return Incoming(chat, self.event, "10", Sender(self.event, "Ada"), direct=True, addressed=True, command="start")

    async def enrich(self, incoming: Incoming, *, sender_only: bool = False, since: str | None = None) -> Incoming:
        assert not sender_only
        assert since is None
        self.event = incoming.event_id
        self._meet("enrich")
        return incoming

    def outbox(self, incoming: Incoming) -> Fragile:
        assert incoming.direct
        return replace(self, event=incoming.event_id)

    def position_marker(self) -> str:
        return ""

    async def find_lost_message(self, page: Page) -> Page:
        return page

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        assert (folded, buttons) == (0, ())
        self._meet("answer" if _HELLO in text else "excuse")
        if final:
            self.said[self.event].append(text)
        return replace(page, message_id=f"{len(self.said)}", done=final)


@pytest.fixture
async def service(redis_url: str, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Service]:
    monkeypatch.setenv("WANJIE_API_KEY", "sk-test")
    monkeypatch.setenv("CONSOLE_TOKEN", "con-test")
    monkeypatch.setenv("ACCESS_MODE", "open")
    settings = Settings(PLATFORMS)
    assert await redis.ping()
    client = WanjieClient(settings.wanjie)
    service = Service(settings, redis_url, client, Metrics(), NO_TRACER, exclusive=True)
    yield service
    await service.aclose()
    await client.aclose()


@dataclass
class _Expecting(Fragile):
    """Remembers whose sender is looked up early."""

    expected: list[str] = field(default_factory=list[str])

    def expect(self, incoming: Incoming) -> None:
        self.expected.append(incoming.event_id)


@pytest.mark.parametrize("state", ["allowed", "refused"])
async def test_a_sender_is_looked_up_early_only_if_they_are_let_in(
    service: Service, redis: Redis, state: Literal["allowed", "refused"]
) -> None:
    platform, inbox, chat = _Expecting(), Inbox(redis), "tg:1:7"
    await AccessRegister(redis).set_chat(chat, state, actor="tg:1")
    await inbox.enqueue(chat, "0", b"0")
    worker = service.worker({"tg": platform})
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(60):
        while await inbox.list_waiting(chat):  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.005)
    await worker.drain(60)
    await running

    assert platform.expected == (["0"] if state == "allowed" else [])


async def test_every_command_has_a_handler(service: Service) -> None:
    assert set(service.handlers) == {command.name for command in COMMANDS}


async def _told(service: Service, *harnesses: str) -> list[list[str]]:
    """What is said of one event for each error, which meets that error at these stages; all of them are got over."""
    platform, count = Fragile(), len(_OUTCOMES)
    for number in range(count + 1):
        await service.reception.receive(platform, f"{number}".encode())
    for number, (error, _) in enumerate(_OUTCOMES):
        platform.faults |= {(f"{number}", harness): error for harness in harnesses}
    worker = service.worker({"tg": platform})
    with capture_logs():  # to render a traceback takes longer than all the rest
        working = asyncio.create_task(worker.run())
        await wait_until(lambda: platform.said[f"{count}"])
        await worker.drain(1)
        await working
    return [platform.said[f"{number}"] for number in range(count)]


def _sentences(key: str) -> list[str]:
    """The beginning of the sentence, as far as nothing is filled in."""
    return [Translations().text(key, "en", reference="@").split("@")[0]] if key else []


async def test_an_error_while_an_event_is_read_is_explained_and_blocks_nothing(service: Service) -> None:
    told = await _told(service, "enrich")

    assert [[text.split("reference ")[0] for text in texts] for texts in told] == [
        [sentence.split("reference ")[0] for sentence in _sentences(key)] for _, key in _OUTCOMES
    ]


async def test_an_error_while_an_event_is_answered_is_explained_unless_it_is_retried(service: Service) -> None:
    told = await _told(service, "answer")
    waits = {
        _OUTCOMES.index(row) for row in _OUTCOMES if isinstance(row[0], RateLimitedError | PlatformUnreachableError)
    }

    for number, (texts, (error, key)) in enumerate(zip(told, _OUTCOMES, strict=True)):
        expected = [_HELLO] if number in waits else _sentences(key)
        assert (error, len(texts)) == (error, len(expected))
        assert all(text.startswith(wanted) for text, wanted in zip(texts, expected, strict=True))


async def test_a_failed_apology_blocks_nothing(service: Service) -> None:
    told = await _told(service, "enrich", "excuse")
    patient = [isinstance(error, RateLimitedError | PlatformUnreachableError) for error, _ in _OUTCOMES]

    assert [bool(texts) for texts in told] == patient


async def test_an_unreadable_event_becomes_a_dead_letter(service: Service, redis: Redis) -> None:
    told = await _told(service, "read")
    dead = list(await redis.keys("*:dead"))
    kept = [await redis.xlen(key) for key in dead]

    assert not any(told)
    assert sum(kept) == len(_OUTCOMES)


async def test_an_outage_of_the_store_while_an_event_is_read_loses_nothing(service: Service) -> None:
    platform = Fragile()
    await service.reception.receive(platform, b"1")
    platform.faults["1", "enrich"] = StoreLostError("away")
    worker = service.worker({"tg": platform})
    working = asyncio.create_task(worker.run())
    await wait_until(lambda: platform.said["1"])
    await worker.drain(1)
    await working

    assert [text[: len(_HELLO)] for text in platform.said["1"]] == [_HELLO]
