"""The page that the bot has for each person: it is made of what the commands say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from core.access import KeyReader
from core.chat.actions.welcome_and_first_questions import Welcome
from core.chat.delivery.effective_language import choose_language
from core.chat.delivery.event_context import EventContext
from core.chat.events.choose_lane import parse_platform_name
from core.chat.port.errors import OutboxError
from core.chat.port.home import HomePart, HomeSection
from core.chat.port.incoming import Incoming
from core.chat.port.menus import Menu
from core.chat.port.platform import Platform
from core.chat.port.retry_platform_calls import run_with_retries
from core.chat.text.error_keys import choose_apology
from core.chat.text.user_error import UserFacingError
from core.queue import Inbox, LaneKind
from core.store import Conversations
from core.wanjie import WanjieError

from .back_to_settings import TO_SETTINGS
from .capturing_outbox import CapturingOutbox
from .dispatcher import CommandDispatcher
from .handler_types import CommandHandler
from .home_signature import is_own_home, sign_home
from .read_event import read_stored

_log = structlog.get_logger()

_TIMEOUT = 5.0
"""Seconds that showing the page may take: other presses wait behind it."""
_SETTINGS = ("model", "voice", "reasoning", "language")
"""The commands whose menus stand on the page."""
_ACCESS = ("requests", "people", "")
"""What `/admin` is asked for admins of the service."""


class HomePage:
    """Shows the page, and does what is pressed there by the same handlers as elsewhere."""

    def __init__(
        self,
        handlers: Mapping[str, CommandHandler],
        dispatcher: CommandDispatcher,
        welcome: Welcome,
        inbox: Inbox,
        conversations: Conversations,
        platforms: Mapping[str, Platform],
        button_keys: KeyReader,
    ) -> None:
        """`handlers` by the names of commands, `platforms` by the first part of their chat references."""
        self._handlers = handlers
        self._dispatcher = dispatcher
        self._welcome = welcome
        self._inbox = inbox
        self._conversations = conversations
        self._platforms = platforms
        self._button_keys = button_keys

    async def respond(self, context: EventContext) -> None:
        """Do what was pressed on the page, if anything was, and show the page with what holds then."""
        choice = context.incoming.choice
        if choice is None:
            await self._show(context)
            return
        if not await self._is_genuine(context.incoming):
            await self.show_sentence(context, "button.over")
            return
        said = await _capture(context, lambda captured: self._dispatcher.handle_choice(captured, choice))
        notices = [part.title if isinstance(part, Menu) else part for part in said if not _is_choice(part)]
        await self._show(await self._reload(context), notices)

    async def _show(self, context: EventContext, notices: Sequence[str] = ()) -> None:
        """Show the page with `notices` on top, unless it is shown again right after this."""
        if not notices and await self._is_shown_again(context):
            return
        sections = [
            HomeSection("", (*notices, context.translate("home.hello"), self._welcome.list_questions(context))),
            HomeSection(context.translate_plainly("home.settings"), await self._list_menus(context)),
            HomeSection(context.translate_plainly("home.usage"), await self._say(context, "usage")),
        ]
        if context.is_service_admin:
            access = [part for words in _ACCESS for part in await self._say(context, "admin", words)]
            sections.append(HomeSection(context.translate_plainly("home.access"), tuple(access)))
        sections.append(HomeSection(context.translate_plainly("home.help"), await self._say(context, "help")))
        incoming = context.incoming
        signature = await sign_home(self._button_keys, incoming.chat, incoming.sender.id)
        await _publish(context, sections, signature)

    async def _is_genuine(self, incoming: Incoming) -> bool:
        """Whether the service made the page that was pressed for this person and their private chat."""
        signature, person = incoming.home_signature, incoming.sender.id
        return await is_own_home(self._button_keys, signature, incoming.chat, person)

    async def show_sentence(self, context: EventContext, key: str, /, **values: object) -> None:
        """Show nothing but a sentence: that somebody may not use the bot, or that something failed."""
        if not await self._is_shown_again(context):
            await _publish(context, [HomeSection("", (context.translate(key, **values),))])

    async def _list_menus(self, context: EventContext) -> tuple[HomePart, ...]:
        said = [await self._say(context, name) for name in _SETTINGS]
        return tuple(_without_way_back(part) for parts in said for part in parts)

    async def _say(self, context: EventContext, name: str, words: str = "") -> tuple[HomePart, ...]:
        """Return what a command says, or why it cannot say it."""
        given = replace(context, incoming=replace(context.incoming, text=words))
        return await _capture(given, self._handlers[name].run)

    async def _reload(self, context: EventContext) -> EventContext:
        """Read the event again, since what was pressed may have been another language."""
        platform, chat = self._platforms[parse_platform_name(context.job.lane)], context.incoming.chat
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        read = platform.read(context.job.payload) or context.incoming
        incoming = choose_language(await platform.enrich(read, sender_only=True), preferences)
        return replace(context, incoming=incoming, preferences=preferences)

    async def _is_shown_again(self, context: EventContext) -> bool:
        """Whether another event waits that shows the page: of many openings in a row, the last one counts.

        What was refused, since too much waits, shows nothing.
        """
        if context.job.lane_kind is LaneKind.OVERFLOW:
            return True
        platform = self._platforms[parse_platform_name(context.job.lane)]
        behind = (await self._inbox.list_waiting(context.job.lane))[1:]
        events = (read_stored(platform, payload) for payload in behind)
        return any(event is not None and event.home for event in events)


async def _capture(context: EventContext, run: Callable[[EventContext], Awaitable[None]]) -> tuple[HomePart, ...]:
    """Return what is said, or why it cannot be said."""
    captured = CapturingOutbox(context.outbox)
    try:
        await run(replace(context, outbox=captured))
    except (WanjieError, UserFacingError) as error:
        if (apology := choose_apology(error)) is not None:
            captured.parts.append(context.translate(apology.key, **apology.values))
    return tuple(captured.parts)


def _is_choice(part: HomePart) -> bool:
    """Whether it is a menu with something to choose, which stands on the page anyway."""
    return isinstance(part, Menu) and bool(part.options)


def _without_way_back(part: HomePart) -> HomePart:
    """Leave out of a menu what leads to another one: on the page, all are there."""
    if not isinstance(part, Menu):
        return part
    rows = (tuple(option for option in row if option.value != TO_SETTINGS) for row in part.controls)
    return replace(part, controls=tuple(row for row in rows if row))


async def _publish(context: EventContext, sections: Sequence[HomeSection], signature: str = "") -> None:
    """Show the page; what the platform refuses is left as it was, until the page is opened again."""
    await context.job.checkpoint()
    try:
        await run_with_retries(lambda: context.outbox.show_home(sections, signature), max_seconds=_TIMEOUT)
    except OutboxError as error:
        _log.warning("a home page could not be shown", error=error)
