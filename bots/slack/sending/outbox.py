"""Answering in Slack: the core's `Outbox` for one incoming message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

import structlog

from bots.slack.api.errors import ABSENT_CODES
from bots.slack.api.users import ACCOUNTS
from bots.slack.api.workspace import WorkspaceApi
from bots.slack.blocks.markdown import escape, notification
from bots.slack.blocks.menus import menu_blocks, plain_menu, sentence
from bots.slack.blocks.message_content import MessageContent, PageText
from bots.slack.events.reply_target import ReplyTarget
from core.chat.port.capabilities import Capabilities
from core.chat.port.errors import (
    ContentRejectedError,
    NotAMemberError,
    OutboxError,
    PlatformUnreachableError,
    RecipientGoneError,
)
from core.chat.port.incoming import Incoming
from core.chat.port.media import Album, Voice
from core.chat.port.menus import Button, Menu, ShownMessage
from core.chat.port.outbox import Activity
from core.chat.port.page import Page

from .fallbacks import first_taken
from .media import Media
from .page_update import Place
from .status import SIGNS, Status
from .stream import Pages

CAPABILITIES = Capabilities(
    page_limit=8_000,  # Slack: 12,000 characters of Markdown; what protects content and mends marks adds half at most
    # A little slower than the workspace's steps follow each other, so that answers that grow at once take turns.
    edit_interval=0.85,
    max_group_edit_interval=0.85,
    threads_are_conversations=True,
    fixed_commands=True,
    voice="mp3",  # Slack plays it where it stands
    upload_limit=50_000_000,  # Slack takes a gigabyte; a bot's answers need not
    searchable_menus=True,
    max_page_age=230,  # Slack closes a stream after 5 minutes, even one that grows
)

_WORTH_A_LINE = frozenset[Activity]({"recording", "drawing"})
"""What takes so long that a line of its own is worth one of the 5 answers that a command may have."""

_STATUS_PATIENCE = 3.0

_SKEW = 2.0
"""Seconds that our clock may be ahead of Slack's."""

_log = structlog.get_logger()


class SlackOutbox:
    """Shows answers in the thread of `incoming`, or to its user alone where it was a command or an action."""

    def __init__(self, workspace: WorkspaceApi, incoming: Incoming, bot: Callable[[], str]) -> None:
        """`bot` tells our own user id, "" while that is unknown."""
        self._workspace = workspace
        self._api = workspace.api
        self._bot = bot
        self._incoming = incoming
        self._channel = incoming.chat.chat
        self._thread = incoming.thread
        self._route = ReplyTarget.read(incoming.reply_route)
        self._hinted = self._signed = False
        self._status = Status(workspace.api, workspace.features.status, self._channel, self._thread)
        reader = incoming.sender.id if incoming.sender.id.startswith(ACCOUNTS) else ""
        place = Place(self._channel, self._thread, reader, self._route.team or incoming.chat.account)
        self._pages = Pages(workspace.api, place, workspace.features, workspace.deferred)
        self._media = Media(workspace.api, workspace.files, place)

    @property
    def capabilities(self) -> Capabilities:
        """Slack's limits."""
        return CAPABILITIES

    @property
    def replies_ephemerally(self) -> bool:
        """What answers a command, a shortcut or a press."""
        return bool(self._route.url)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """Show `text` as a native stream, or as a message that is updated where streams are not to be had."""
        with self._told_of_absence():
            shown = await self._pages.show(page, PageText.of(text, folded, final=final), buttons, final=final)
        if shown.message_id != page.message_id:
            self._status.replied()
        return shown

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        """See `Outbox`; the message is updated as a whole, since Slack has no other way."""
        await self._pages.set_buttons(shown.page, PageText.of(shown.text, shown.folded, final=True), buttons)

    async def send_media(self, page: Page, media: Voice | Album, buttons: tuple[Button, ...] = ()) -> Page:
        """Share a recording, or post one message of pictures; see `Outbox`."""
        with self._told_of_absence():
            attached = await self._media.attach(page, media, buttons, self._bot())
        if buttons and attached.message_id != page.message_id:
            self._status.replied()  # a file without buttons stands there before it is known to, and signs may follow it
        return attached

    async def download_file(self, file: str, *, most: int) -> bytes:
        """Read a file by its id."""
        return await self._workspace.files.read(file, most)

    async def sender_is_admin(self) -> bool:
        """Whether the sender is an admin or an owner of the workspace."""
        return self._incoming.direct or await self._workspace.users.is_admin(self._api, self._incoming.sender.id)

    async def notify_presser(self, text: str) -> None:
        """Whisper, where the button was pressed."""
        if self._incoming.choice is None or self._hinted:
            return
        self._hinted = True
        try:
            await self._whisper([MessageContent(escape(text))])
        except OutboxError as error:
            _log.debug("no hint shown", reason=str(error))

    def position_marker(self) -> str:
        """The ts of our newest message in the channel."""
        newest = self._api.newest_post(self._channel)
        return newest or ("" if self._thread else f"{time.time() - _SKEW:.6f}")

    async def find_lost_message(self, page: Page) -> Page:
        """See `Outbox`."""
        if not self._bot():
            raise PlatformUnreachableError("Slack has not told yet who the bot is")
        older = max((ts for ts in (self._thread, self._incoming.message_id, page.after) if ts), key=float, default="")
        if not older:
            return page
        look = self._media.recover if page.media else self._pages.recover
        return await look(page, self._bot(), older)

    async def delete_page(self, page: Page) -> None:
        """Delete the message; one that is gone already is a success."""
        await self._pages.remove(page)

    async def send_text(self, text: str) -> None:
        """Answer a command or an action to its user alone, everything else in the thread."""
        ways = [MessageContent(notification(text), sentence(text)), MessageContent(escape(text))]
        await (self._whisper(ways) if self._route.url else self._post(ways))

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        """Show the menu like `say`; in place of the menu that was picked from."""
        ways = [
            MessageContent(notification(menu.title), menu_blocks(menu)),
            MessageContent(notification(plain_menu(menu))),
        ]
        if self._incoming.choice is not None and not self._route.button:
            await self._replace(ways, step=step)
        else:
            await (self._whisper(ways) if self._route.url else self._post(ways))

    async def show_activity(self, doing: Activity = "writing") -> None:
        """Show a status under the thread, or take it back; without a thread, whisper one line."""
        sign = self._status.show if self._thread else self._whisper_sign
        try:
            async with asyncio.timeout(_STATUS_PATIENCE):
                await sign(doing)
        except (OutboxError, TimeoutError) as error:
            _log.debug("no sign of work shown", reason=str(error))

    async def _post(self, ways: Sequence[MessageContent]) -> None:
        await first_taken(ways, lambda look: self._api.post(self._channel, self._thread, look))
        self._status.replied()

    async def _whisper_sign(self, doing: Activity) -> None:
        """Once for each command; whoever pressed a button was told that something is coming."""
        if self._incoming.command and self._route.url and doing in _WORTH_A_LINE and not self._signed:
            self._signed = True
            await self._api.respond(self._route.url, MessageContent(f"_{SIGNS[doing]}_"), replace=False)

    async def _whisper(self, ways: Sequence[MessageContent]) -> None:
        """Show something to the user alone; a response_url would answer beside a thread, where it may go unseen."""
        if self._route.url and (not self._thread or self._route.quiet) and await self._responds(ways, replace=False):
            return
        user = self._incoming.sender.id
        try:
            await first_taken(ways, lambda look: self._api.whisper(self._channel, user, self._thread, look))
        except (RecipientGoneError, ContentRejectedError):
            if not await self._responds(ways, replace=False):
                raise

    async def _replace(self, ways: Sequence[MessageContent], *, step: bool) -> None:
        if not await self._responds(ways, replace=True):
            message = self._incoming.message_id
            await first_taken(ways, lambda look: self._api.update(self._channel, message, look, step=step))

    async def _responds(self, ways: Sequence[MessageContent], *, replace: bool) -> bool:
        """Answer by the way that came with the command or the press; False when there is none, or none any more."""
        url = self._route.url
        if not url:
            return False
        try:
            await first_taken(ways, lambda look: self._api.respond(url, look, replace=replace))
        except ContentRejectedError as error:
            _log.info("the response_url is used up, answering without it", reason=str(error))
            return False
        return True

    @contextmanager
    def _told_of_absence(self) -> Generator[None]:
        """Where the bot is no member, whoever used it there is still there to read why nothing comes."""
        try:
            yield
        except RecipientGoneError as error:
            if self._route.url and str(error) in ABSENT_CODES:
                raise NotAMemberError(str(error)) from error
            raise
