"""The menu of commands that Telegram shows beside the input field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from telegram import BotCommand
from telegram.error import TelegramError

from .api.client import TelegramApi

_log = structlog.get_logger()
_LONGEST_DESCRIPTION = 256
"""Characters (Bot API: BotCommand)."""

CommandMenu = Mapping[str, Sequence[tuple[str, str]]]
"""Commands with their descriptions by language; the first one is for everybody whose language is not there."""


async def register_commands(api: TelegramApi, menu: CommandMenu) -> None:
    """Register the menu in every language; a failure is logged, for the commands work without a menu as well."""
    for index, (language, commands) in enumerate(menu.items()):
        entries = [BotCommand(name, description[:_LONGEST_DESCRIPTION]) for name, description in commands]
        try:
            await api.set_my_commands(entries, language_code=language if index else None)
        except TelegramError as error:
            _log.warning("the menu of commands is not registered", language=language, error=type(error).__name__)
