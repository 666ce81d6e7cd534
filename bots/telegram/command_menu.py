"""Registering the command menu that Telegram shows beside the input field."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from core.chat.port.menus import CommandMenus, CommandReaders

from .api.client import TelegramApi

_log = structlog.get_logger()
_MAX_DESCRIPTION_LENGTH = 256
"""Characters (Bot API: BotCommand)."""

_SCOPES: Mapping[CommandReaders, BotCommandScope] = {
    "direct": BotCommandScopeDefault(),
    "group": BotCommandScopeAllGroupChats(),
    "group_admins": BotCommandScopeAllChatAdministrators(),
}
"""The narrowest one that fits a reader counts (Bot API: determining list of commands)."""


async def register_commands(api: TelegramApi, menus: CommandMenus) -> None:
    """Register each menu in every language; a failure is only logged, since commands also work without a menu."""
    for readers, menu in menus.items():
        for index, (language, commands) in enumerate(menu.items()):
            entries = [BotCommand(name, description[:_MAX_DESCRIPTION_LENGTH]) for name, description in commands]
            try:
                await api.set_my_commands(entries, _SCOPES[readers], language_code=language if index else None)
            except TelegramError as error:
                reason = type(error).__name__
                _log.warning("a menu of commands is not registered", readers=readers, language=language, error=reason)
