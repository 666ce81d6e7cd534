"""Menus: sent, or put in place of the one whose button was pressed."""

from __future__ import annotations

import structlog

from bots.telegram.api.call_priorities import Priority
from bots.telegram.recovery.message_ids import MessageIdTracker
from core.chat.port.errors import ContentRejectedError, RecipientGoneError
from core.chat.port.incoming import Incoming
from core.chat.port.menus import Menu

from .keyboard_layout import build_menu_keyboard
from .messages import MessageSender

_log = structlog.get_logger()


class MenuSender:
    """Shows menus in answer to one incoming message."""

    def __init__(self, sender: MessageSender, message_ids: MessageIdTracker, incoming: Incoming) -> None:
        self._sender = sender
        self._message_ids = message_ids
        self._incoming = incoming
        self._is_fixed = False
        """The menu that was picked from takes no change, so a new one is sent."""

    async def show(self, menu: Menu, priority: Priority) -> None:
        """Send the menu, or put it in place of the one whose button was pressed if that still exists."""
        keyboard, title = build_menu_keyboard(menu), self._sender.make_draft(menu.title)
        if self._incoming.choice is not None and not self._is_fixed:
            message_id = self._incoming.message_id
            self._message_ids.record_identified(int(self._incoming.chat.chat), int(message_id))
            try:
                return await self._sender.show_draft(
                    title, lambda chat, shown: self._sender.edit(chat, message_id, shown, keyboard), priority=priority
                )
            except (RecipientGoneError, ContentRejectedError) as error:
                _log.info("a menu cannot replace another one", reason=error)
                self._is_fixed = True
        reply = self._sender.build_reply()
        await self._sender.show_draft(
            title,
            lambda chat, shown: self._sender.send(chat, shown, self._sender.build_reply(), keyboard),
            reply and (lambda chat, shown: self._sender.send(chat, shown, None, keyboard)),
            priority=priority,
        )
        return None
