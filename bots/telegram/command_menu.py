"""Registering the command menu that Telegram shows beside the input field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from telegram import BotCommand
from telegram.error import TelegramError

from .api.client import TelegramApi

_log = structlog.get_logger()
_MAX_DESCRIPTION_LENGTH = 256
"""Characters (Bot API: BotCommand)."""

CommandMenu = Mapping[str, Sequence[tuple[str, str]]]
"""Commands and descriptions by language; the first language is the default."""


async def register_commands(api: TelegramApi, menu: CommandMenu) -> None:
    """Register the menu in every language; a failure is only logged, since the commands also work without a menu."""
    for index, (language, commands) in enumerate(menu.items()):
        entries = [BotCommand(name, description[:_MAX_DESCRIPTION_LENGTH]) for name, description in commands]
        try:
            await api.set_my_commands(entries, language_code=language if index else None)
        except TelegramError as error:
            _log.warning("the menu of commands is not registered", language=language, error=type(error).__name__)
