"""What the core may rely on where a platform leaves an optional method out."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

import pytest

from bots.running_platform import RunningPlatform
from core.chat.port.capabilities import Capabilities
from core.chat.port.errors import ContentRejectedError, MediaUnsupportedError
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.media import Album
from core.chat.port.menus import Button, Menu, Option, ShownMessage
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.chat.port.platform import Platform

_INCOMING = Incoming(ChatRef("hook", "1", "c1"), "e1", "m1", Sender("u1"), "hello")


@dataclass
class _Plain(Outbox):
    """Implements what every platform must, and no more."""

    texts: list[str] = field(default_factory=list[str])

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(page_limit=4000, edit_interval=1.0, max_group_edit_interval=1.0)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        raise AssertionError(page, text, final, folded, buttons)

    async def send_text(self, text: str) -> None:
        self.texts.append(text)


class _PlainPlatform(Platform):
    name = "hook"

    def read(self, payload: bytes) -> Incoming | None:
        raise AssertionError(payload)

    def outbox(self, incoming: Incoming) -> _Plain:
        raise AssertionError(incoming)


@pytest.mark.parametrize(
    ("port", "required"),
    [
        (Outbox, {"capabilities", "send_text", "update_page"}),
        (Platform, {"outbox", "read"}),
        (RunningPlatform, {"is_connected", "outbox", "read", "run"}),
    ],
)
def test_a_platform_must_implement_few_members(port: type, required: set[str]) -> None:
    members = dict(inspect.getmembers(port))

    assert {name for name, member in members.items() if getattr(member, "__isabstractmethod__", False)} == required


async def test_a_menu_becomes_a_list() -> None:
    outbox = _Plain()
    await outbox.show_menu(Menu("model", "Which **model**?", (Option("One", "1"), Option("Two", "2", current=True))))

    assert outbox.texts == ["Which **model**?\n\n- One\n- Two ✓"]


async def test_without_files_media_are_refused() -> None:
    with pytest.raises(MediaUnsupportedError):
        await _Plain().send_media(Page(start=0), Album((), ""))
    with pytest.raises(ContentRejectedError):
        await _Plain().download_file("f1", max_bytes=10)


async def test_default_cosmetic_members_do_nothing() -> None:
    outbox, page = _Plain(), Page(start=0, message_id="m1", sending=True)
    await outbox.set_buttons(ShownMessage(page, "One", 0, ()), ())
    await outbox.notify_presser("Coming up…")
    await outbox.show_activity()
    await outbox.delete_page(page)

    assert await outbox.find_lost_message(page) == page
    assert outbox.position_marker() == ""
    assert await outbox.sender_is_admin()
    assert not outbox.replies_ephemerally
    assert outbox.texts == []


async def test_a_complete_event_needs_no_look_up() -> None:
    platform = _PlainPlatform()

    assert platform.read_addition(b"hello") is None
    assert await platform.enrich(_INCOMING, since="") is _INCOMING
    assert not platform.has_discussion(_INCOMING)
