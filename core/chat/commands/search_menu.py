"""Options of a menu that match what its reader types, answered at once and beside the queue."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from core.access import Decision, KeyReader
from core.chat.events.access_gate import Access, AccessGate
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.menu_query import MenuQuery
from core.chat.port.menus import Option
from core.chat.port.platform import Platform
from core.wanjie import WanjieError

from .handler_types import CommandHandler
from .home_signature import is_own_home

_log = structlog.get_logger()


class MenuSearch:
    """Finds options in the menus of commands, for those who may use the bot."""

    def __init__(
        self,
        handlers: Mapping[str, CommandHandler],
        gate: AccessGate,
        platforms: Mapping[str, Platform],
        button_keys: KeyReader,
    ) -> None:
        self._handlers = handlers
        self._gate = gate
        self._platforms = platforms
        self._button_keys = button_keys

    async def suggest(self, query: MenuQuery, most: int) -> tuple[Option, ...]:
        """Return at most `most` options of the menu that match what its reader types; () when there is no such menu.

        The options are () as well when the models cannot be listed, and on a page that was made for somebody else.
        Raises a `STORE_ERRORS` error when the store is away.
        """
        handler, chat, reader = self._handlers.get(query.menu), query.chat, query.reader
        if handler is None or handler.suggest is None or not await self._is_own(query):
            return ()
        access = await self._check_reader(chat, reader)
        if access.decision is not Decision.ALLOW:
            return ()
        try:
            return await handler.suggest(chat, query.text, access.models, reader.locale, most)
        except WanjieError as error:
            _log.warning("a menu could not be filled", menu=query.menu, reason=type(error).__name__)
            return ()

    async def _is_own(self, query: MenuQuery) -> bool:
        """Whether the menu is the reader's: the platform says where a message stands, but a client whose page it is."""
        signature, chat, person = query.home_signature, query.chat, query.reader.id
        return not query.home or await is_own_home(self._button_keys, signature, chat, person)

    async def _check_reader(self, chat: ChatRef, reader: Sender) -> Access:
        """Decide whether the reader of a menu may use the bot: a search is no event and passes no gate."""
        incoming = Incoming(chat, event_id="", message_id="", sender=reader)
        return await self._gate.check_again(self._platforms[chat.platform], incoming)
