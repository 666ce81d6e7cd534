"""Uploads to a platform: one person's leave slots to others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.chat.checkpoint_fields import NOTICE
from core.chat.delivery.event_context import EventContext, new_upload_slots
from core.chat.delivery.post_media import post_media
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.media import Document, Media
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.chat.text.translations import Translations
from core.queue import Job
from tests.core.chat.outboxes import NoOutbox


@dataclass
class SlowOutbox(NoOutbox):
    """Uploads until it is told to be done."""

    person: str
    running: Counter[str]
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def position_marker(self) -> str:
        return ""

    async def send_media(self, page: Page, media: Media, buttons: tuple[Button, ...] = ()) -> Page:
        assert isinstance(media, Document)
        assert not buttons
        self.running[self.person] += 1
        await self.done.wait()
        self.running[self.person] -= 1
        return replace(page, message_id="1", done=True)


async def test_one_person_s_uploads_leave_slots_to_others() -> None:
    slots, running, done = new_upload_slots(), Counter[str](), asyncio.Event()

    async def keep(_: Mapping[str, str]) -> bool:
        return False

    async def upload(person: str, number: int) -> None:
        chat = ChatRef("tg", "1", f"{person}{number}")
        job = Job(lane=str(chat), event_id="e", payload=b"", attempt=1, state={}, save_checkpoint=keep)
        incoming = Incoming(chat, "e", "9", Sender(person, person))
        outbox = SlowOutbox(person, running, done)
        context = EventContext(incoming, job, outbox, Translations(), upload_slots=slots)
        await post_media(context, Document(b"a", "a.txt"), NOTICE)

    async with asyncio.TaskGroup() as uploads:
        for number in range(20):
            uploads.create_task(upload("mallory", number))
        uploads.create_task(upload("ada", 0))
        async with asyncio.timeout(60):
            while not running["ada"]:  # noqa: ASYNC110 - an upload sends no signal when it begins
                await asyncio.sleep(0)
        assert running == {"mallory": 4, "ada": 1}
        done.set()

    assert running.total() == 0
