"""Recognising a command in a text."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.incoming import Incoming
from core.chat.text.typed_commands import (
    is_chinese_name,
    parse_typed_command,
    split_name,
    strip_formatting,
    to_command_name,
)

from .ask_for_argument import find_asked_command
from .command_forms import apply_submission
from .command_list import find_command


def parse_command(incoming: Incoming) -> Incoming:
    """Recognise commands that came as text: `!model …` and `/model …` anywhere, a bare `model …` behind the bot's name.

    Chinese names and full-width letters are read, too (see `typed_commands`). `!` does the same where a
    platform takes no slash commands; whether a sign counts in a thread is decided by whether the bot takes part in it.
    """
    if incoming.submission is not None:
        return apply_submission(incoming)
    if incoming.command or incoming.choice is not None or incoming.forwarded_from:
        return incoming
    typed = parse_typed_command(strip_formatting(incoming.text))
    if typed is not None and find_command(typed.name) is not None:
        return replace(incoming, command=typed.name, text=typed.argument)
    if asked := find_asked_command(incoming):
        return replace(incoming, command=asked, quoted="", quoted_attachments=())
    return _parse_bare_command(incoming) if incoming.mentioned else incoming


def _parse_bare_command(incoming: Incoming) -> Incoming:
    """Recognise a bare name behind the bot's name, unless so much follows that it is a sentence."""
    word, rest, colon = split_name(strip_formatting(incoming.text))
    command = find_command(to_command_name(word))
    if command is None:
        return incoming
    # Chinese has no blanks, so one behind the name of a command is no part of a sentence: `@bot 画 一只猫`.
    is_deliberate = command.text_follows and bool(rest) and (is_chinese_name(word) or colon)
    is_command = is_deliberate or len(rest.split()) <= command.max_bare_words
    return replace(incoming, command=command.name, text=rest) if is_command else incoming
