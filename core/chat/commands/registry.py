"""All commands, and how a command is recognised in a text."""

from __future__ import annotations

from dataclasses import replace

from rapidfuzz import fuzz, process

from core.chat.port.incoming import Incoming
from core.chat.text.typed_commands import (
    is_chinese_name,
    parse_typed_command,
    split_name,
    strip_formatting,
    to_command_name,
)

from .declaration import Command

COMMANDS: tuple[Command, ...] = (
    Command("start", "chat"),
    Command("help", "chat"),
    Command("model", "models", argument=True, max_bare_words=2),
    Command("imagine", "pictures", argument=True, text_follows=True, of_message=True),
    Command("speak", "voice", argument=True, text_follows=True, of_message=True),
    Command("voice", "voice", argument=True, max_bare_words=2),
    Command("reasoning", "models", argument=True, max_bare_words=1),
    Command("system", "chat", argument=True),
    Command("new", "conversation", within_conversation=True),
    Command("stop", "conversation", within_conversation=True),
    Command("retry", "conversation", within_conversation=True),
    Command("continue", "conversation", within_conversation=True),
)
_BY_NAME = {command.name: command for command in COMMANDS}
_MIN_SIMILARITY = 70
"""Score (0 to 100, rapidfuzz's ratio) from which a mistyped name is worth a suggestion."""


def find_command(name: str) -> Command | None:
    """Return the command of that exact name."""
    return _BY_NAME.get(name)


def nearest_command(name: str) -> str | None:
    """Return the name of the command that a mistyped name probably means."""
    found = process.extractOne(name, list(_BY_NAME), scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
    return found[0] if found else None


def parse_command(incoming: Incoming) -> Incoming:
    """Recognise commands that came as text: `!model …` and `/model …` anywhere, a bare `model …` behind the bot's name.

    Chinese names and full-width letters are read, too (see `typed_commands`). Slack takes no slash commands inside
    threads, where `!` does the same; whether a sign counts in a thread is decided by whether the bot takes part in it.
    """
    if incoming.command or incoming.choice is not None or incoming.forwarded_from:
        return incoming
    typed = parse_typed_command(strip_formatting(incoming.text))
    if typed is not None and typed.name in _BY_NAME:
        return replace(incoming, command=typed.name, text=typed.argument)
    return _parse_bare_command(incoming) if incoming.mentioned else incoming


def _parse_bare_command(incoming: Incoming) -> Incoming:
    """Recognise a bare name behind the bot's name, unless so much follows that it is a sentence."""
    word, rest, colon = split_name(strip_formatting(incoming.text))
    command = _BY_NAME.get(to_command_name(word))
    if command is None:
        return incoming
    # Chinese has no blanks, so one behind the name of a command is no part of a sentence: `@bot 画 一只猫`.
    is_deliberate = command.text_follows and bool(rest) and (is_chinese_name(word) or colon)
    is_command = is_deliberate or len(rest.split()) <= command.max_bare_words
    return replace(incoming, command=command.name, text=rest) if is_command else incoming
