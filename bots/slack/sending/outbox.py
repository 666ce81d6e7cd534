"""The core's `Outbox` for one incoming Slack message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import structlog

from bots.slack.api.errors import NOT_A_MEMBER_CODES
from bots.slack.api.user_and_channel_names import USER_ID_PREFIXES
from bots.slack.api.workspace_api import WorkspaceApi
from bots.slack.blocks.markdown import escape
from bots.slack.blocks.menus import menu_blocks, plain_menu, sentence_blocks
from bots.slack.blocks.message_content import MessageContent, RenderedPage
from bots.slack.blocks.notification_text import notification_text, strip_markdown
from bots.slack.capabilities import CAPABILITIES
from bots.slack.events.read_thread import read_discussion
from bots.slack.events.reply_target import ReplyTarget
from core.chat.port.capabilities import Capabilities
from core.chat.port.discussion import Discussion
from core.chat.port.errors import (
    ContentRejectedError,
    NotAMemberError,
    OutboxError,
    PlatformUnreachableError,
    RecipientGoneError,
)
from core.chat.port.home import HomeSection
from core.chat.port.incoming import Incoming
from core.chat.port.media import Media
from core.chat.port.menus import Button, Menu, ShownMessage
from core.chat.port.outbox import Activity, Outbox
from core.chat.port.page import Page
from core.chat.text.line_memo import LineMemo
from core.chat.text.translations import Translations

from .first_accepted_variant import FallbackSender
from .media import MediaPoster
from .mention_names import MentionNames
from .page_update import Destination
from .publish_home_tab import publish_home
from .status_texts import STATUS_TEXTS
from .stream_or_update_pages import PageSender
from .typing_status import ThreadStatus
from .waiting_reaction import set_waiting_mark

_SLOW_ACTIVITIES = frozenset[Activity]({"recording", "drawing"})
"""Activities slow enough to spend one of the 5 replies to a command on an announcement."""

_LOADING_KEYS = ("activity.thinking", "activity.searching", "activity.wording")
_STATUS_TIMEOUT = 3.0

_MAX_CLOCK_SKEW = 2.0
"""Seconds by which our clock may be ahead of Slack's."""

_log = structlog.get_logger()


class SlackOutbox(Outbox):
    """Posts answers in the thread of `incoming`; replies to a command or an action are ephemeral."""

    def __init__(self, workspace: WorkspaceApi, incoming: Incoming, translations: Translations) -> None:
        self._workspace = workspace
        self._api = workspace.api
        self._bot = workspace.bot
        self._incoming = incoming
        self._translations = translations
        self._channel = incoming.chat.chat
        self._thread = incoming.thread
        self._route = ReplyTarget.parse(incoming.reply_route)
        self._presser_notified = self._activity_announced = False
        self._fallbacks = FallbackSender()
        self._memo = LineMemo()
        self._mentions = MentionNames(workspace.users, workspace.api, incoming.sender.id)
        self._status = ThreadStatus(
            workspace.api, workspace.features.status, self._channel, self._thread, self._list_loading_messages
        )
        reader = incoming.sender.id if incoming.sender.id.startswith(USER_ID_PREFIXES) else ""
        destination = Destination(self._channel, self._thread, reader, self._route.team or incoming.chat.account)
        self._pages = PageSender(workspace.api, destination, workspace.features, workspace.deferred)
        self._media = MediaPoster(workspace.api, workspace.files, destination)

    @property
    def capabilities(self) -> Capabilities:
        """Slack's limits."""
        return CAPABILITIES

    @property
    def replies_ephemerally(self) -> bool:
        """Whether replies go to the user alone: after a command, a shortcut or a button press."""
        return bool(self._route.url)

    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """Show `text` as a native stream, or as an updated message where streams are unavailable."""
        with self._detect_absence():
            names = await self._mentions.resolve(text)
            if final or page.message_id:
                body = RenderedPage.render(text, folded, final=final, names=names, memo=self._memo)
            else:
                body = RenderedPage.render_first(text, folded, names=names)
            updated = await self._pages.update(page, body, buttons, final=final)
        if updated.message_id != page.message_id:
            self._status.mark_replied()
        return updated

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        """See `Outbox`; Slack requires that the whole message is updated."""
        names = await self._mentions.resolve(shown.text)
        body = RenderedPage.render(shown.text, shown.folded, final=True, names=names)
        await self._pages.set_buttons(shown.page, body, buttons)

    async def mark_as_waiting(self, *, waiting: bool) -> None:
        """See `Outbox`: a reaction."""
        await set_waiting_mark(self._workspace, self._incoming, waiting=waiting)

    async def send_media(self, page: Page, media: Media, buttons: tuple[Button, ...] = ()) -> Page:
        """Share a recording, or post one message of pictures; see `Outbox`."""
        with self._detect_absence():
            posted = await self._media.post(page, media, buttons, self._bot.user)
        if buttons and posted.message_id != page.message_id:
            self._status.mark_replied()  # the ts of files alone may come late, after the next status
        return posted

    async def download_file(self, file: str, *, max_bytes: int) -> bytes:
        """Download a file by its id."""
        return await self._workspace.files.download(file, max_bytes)

    async def sender_is_admin(self) -> bool:
        """Whether the sender is an admin or an owner of the workspace."""
        incoming, users = self._incoming, self._workspace.users
        return incoming.direct or await users.is_admin(self._api, incoming.sender.id, incoming.chat.account)

    async def notify_presser(self, text: str) -> None:
        """Send one ephemeral message after a button press; a failure is ignored."""
        if self._incoming.choice is None or self._presser_notified:
            return
        self._presser_notified = True
        try:
            await self._post_ephemeral([MessageContent(escape(text))])
        except OutboxError as error:
            _log.debug("the presser could not be notified", reason=error)

    def position_marker(self) -> str:
        """Return the ts of the bot's newest message in the channel, else the current time."""
        newest = self._api.posted.get_newest(self._channel)
        return newest or ("" if self._thread else f"{time.time() - _MAX_CLOCK_SKEW:.6f}")

    async def find_lost_message(self, page: Page) -> Page:
        """See `Outbox`."""
        if not self._bot.user:
            raise PlatformUnreachableError("the bot's own user id is not known yet")
        older = max((ts for ts in (self._thread, self._incoming.message_id, page.after) if ts), key=float, default="")
        if not older:
            return page
        search = self._media.find_lost_message if page.media else self._pages.find_lost_message
        return await search(page, self._bot.user, older)

    async def delete_page(self, page: Page) -> None:
        """Delete the message; succeeds if it is already deleted."""
        await self._pages.delete(page)

    async def send_text(self, text: str) -> None:
        """Send an ephemeral reply to a command or an action; post in the thread otherwise."""
        variants = [
            MessageContent(notification_text(text), sentence_blocks(text)),
            MessageContent(escape(strip_markdown(text))),
        ]
        await (self._post_ephemeral(variants) if self._route.url else self._post(variants))

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        """Send the menu like `send_text`; after a pick, replace the menu that was picked from."""
        variants = [
            MessageContent(notification_text(menu.title), menu_blocks(menu)),
            MessageContent(notification_text(plain_menu(menu))),
        ]
        if self._incoming.choice is not None and not self._route.button:
            await self._replace_menu(variants, step=step)
        else:
            await (self._post_ephemeral(variants) if self._route.url else self._post(variants))

    async def show_activity(self, doing: Activity = "writing") -> None:
        """Set or clear the status of the thread; without a thread, send one ephemeral line."""
        show = self._status.show if self._thread else self._announce_activity
        try:
            async with asyncio.timeout(_STATUS_TIMEOUT):
                await show(doing)
        except (OutboxError, TimeoutError) as error:
            _log.debug("the activity could not be shown", reason=error)

    async def read_discussion(self, *, newest: int) -> Discussion | None:
        """See `Outbox`."""
        before = "" if self._route.shortcut else self._incoming.message_id
        return await read_discussion(self._incoming, self._workspace, before=before, newest=newest)

    async def suggest_prompts(self, prompts: Sequence[str]) -> bool:
        """Offer questions on the empty tab, where the workspace has agents."""
        return await self._workspace.sessions.suggest_prompts(self._channel, prompts)

    async def show_home(self, sections: Sequence[HomeSection], signature: str = "") -> None:
        """Publish the sender's Home tab."""
        await publish_home(self._workspace.home, self._incoming.sender.id, self._channel, sections, signature)

    async def set_title(self, title: str) -> None:
        """Name the session of a thread in a direct message; Slack lists those."""
        if self._incoming.direct and self._thread and title:
            await self._workspace.sessions.rename(self._channel, self._thread, title)

    async def confirm_stop(self) -> None:
        """Let the session of the thread be active again: Slack leaves it processing after its own *Stop*."""
        if self._thread:
            await self._workspace.sessions.end_processing(self._channel, self._thread)

    def _list_loading_messages(self) -> list[str]:
        return [self._translations.plain_text(key, self._incoming.sender.locale) for key in _LOADING_KEYS]

    async def _post(self, variants: Sequence[MessageContent]) -> None:
        await self._fallbacks.send(
            "post",
            variants,
            lambda content: self._api.post(self._channel, self._thread, content, user=self._incoming.sender.id),
        )
        self._status.mark_replied()

    async def _announce_activity(self, doing: Activity) -> None:
        """Announce a slow activity once per command; a button press has its own notification."""
        if self._incoming.command and self._route.url and doing in _SLOW_ACTIVITIES and not self._activity_announced:
            self._activity_announced = True
            await self._workspace.response_urls.send(
                self._route.url, MessageContent(f"_{STATUS_TEXTS[doing]}_"), replace=False
            )

    async def _post_ephemeral(self, variants: Sequence[MessageContent]) -> None:
        """Send an ephemeral message; in a thread without the response_url, which would reply outside of it."""
        if (
            self._route.url
            and (not self._thread or self._route.unanswered_thread)
            and await self._try_response_url(variants, replace=False)
        ):
            return
        user = self._incoming.sender.id
        try:
            await self._fallbacks.send(
                "ephemeral",
                variants,
                lambda content: self._api.post_ephemeral(self._channel, user, self._thread, content),
            )
        except (RecipientGoneError, ContentRejectedError):
            if not await self._try_response_url(variants, replace=False):
                raise

    async def _replace_menu(self, variants: Sequence[MessageContent], *, step: bool) -> None:
        if not await self._try_response_url(variants, replace=True):
            message = self._incoming.message_id
            await self._fallbacks.send(
                "update", variants, lambda content: self._api.update(self._channel, message, content, step=step)
            )

    async def _try_response_url(self, variants: Sequence[MessageContent], *, replace: bool) -> bool:
        """Reply by the response_url of the command or the press; return False if there is none or it is used up."""
        url = self._route.url
        if not url:
            return False
        try:
            await self._fallbacks.send(
                "respond", variants, lambda content: self._workspace.response_urls.send(url, content, replace=replace)
            )
        except ContentRejectedError as error:
            _log.info("the response_url is used up, answering without it", reason=error)
            return False
        return True

    @contextmanager
    def _detect_absence(self) -> Generator[None]:
        """Raise `NotAMemberError` where an ephemeral reply can still explain that the bot is no member."""
        try:
            yield
        except RecipientGoneError as error:
            if self._route.url and str(error) in NOT_A_MEMBER_CODES:
                raise NotAMemberError(str(error)) from error
            raise
