"""All commands, and how what users write leads to one."""

from __future__ import annotations

from dataclasses import replace

from rapidfuzz import fuzz, process

from core.chat.context import CommandContext
from core.chat.port.incoming import Incoming
from core.chat.text.typed_commands import is_chinese, own_name, read_command, read_name, unformatted

from .about import show_help, show_welcome
from .conversation import (
    continue_answer,
    old_answer_error,
    press_continue,
    press_retry,
    press_stop,
    retry,
    start_over,
    stop,
)
from .declaration import ButtonHandler, Command
from .imagine import draw, forgotten_prompt_error, press_draw
from .model import choose_model, pick_model, suggest_models
from .reasoning import choose_reasoning, pick_reasoning
from .speak import press_speak, speak_text
from .system import set_system_prompt
from .voice import choose_voice, pick_voice


async def _help(context: CommandContext) -> None:
    await show_help(context, COMMANDS)


COMMANDS: tuple[Command, ...] = (
    Command("start", show_welcome, "chat"),
    Command("help", _help, "chat"),
    Command(
        "model", choose_model, "models", argument=True, max_bare_words=2, on_select=pick_model, suggest=suggest_models
    ),
    Command(
        "imagine",
        draw,
        "pictures",
        argument=True,
        text_follows=True,
        of_message=True,
        button=ButtonHandler(press_draw, may_repeat=True, refuse=forgotten_prompt_error),
    ),
    Command(
        "speak",
        speak_text,
        "voice",
        argument=True,
        text_follows=True,
        of_message=True,
        button=ButtonHandler(press_speak, in_background=True),
    ),
    Command("voice", choose_voice, "voice", argument=True, max_bare_words=2, on_select=pick_voice),
    Command("reasoning", choose_reasoning, "models", argument=True, max_bare_words=1, on_select=pick_reasoning),
    Command("system", set_system_prompt, "chat", argument=True),
    Command("new", start_over, "conversation", within_conversation=True),
    Command("stop", stop, "conversation", within_conversation=True, on_select=press_stop),
    Command(
        "retry",
        retry,
        "conversation",
        within_conversation=True,
        button=ButtonHandler(press_retry, refuse=old_answer_error),
    ),
    Command(
        "continue",
        continue_answer,
        "conversation",
        within_conversation=True,
        button=ButtonHandler(press_continue, refuse=old_answer_error),
    ),
)
_BY_NAME = {command.name: command for command in COMMANDS}
_LIKELY = 70
"""Score (0 to 100, rapidfuzz's ratio) from which a mistyped name is worth a suggestion."""


def find_command(name: str) -> Command | None:
    """The command of that exact name."""
    return _BY_NAME.get(name)


def nearest_command(name: str) -> str | None:
    """The command's name that a mistyped one was probably meant to be."""
    found = process.extractOne(name, list(_BY_NAME), scorer=fuzz.ratio, score_cutoff=_LIKELY)
    return found[0] if found else None


def parse_command(incoming: Incoming) -> Incoming:
    """Recognise commands that came as text: `!model …` and `/model …` anywhere, a bare `model …` behind the bot's name.

    Names are read in Chinese and in full-width letters, too (see `command_names`). Slack takes no slash commands inside
    threads, where `!` does the same; whether a sign counts in a thread is decided by whether the bot takes part in it.
    """
    if incoming.command or incoming.choice is not None or incoming.forwarded_from:
        return incoming
    typed = read_command(unformatted(incoming.text))
    if typed is not None and typed.name in _BY_NAME:
        return replace(incoming, command=typed.name, text=typed.argument)
    return _spoken(incoming) if incoming.mentioned else incoming


def _spoken(incoming: Incoming) -> Incoming:
    """Recognise a bare name behind the bot's name, unless so much follows that it is a sentence."""
    word, rest, colon = read_name(unformatted(incoming.text))
    command = _BY_NAME.get(own_name(word))
    if command is None:
        return incoming
    # Chinese has no blanks, so one behind the name of a command is no part of a sentence: `@bot 画 一只猫`.
    deliberate = command.text_follows and bool(rest) and (is_chinese(word) or colon)
    fits = deliberate or len(rest.split()) <= command.max_bare_words
    return replace(incoming, command=command.name, text=rest) if fits else incoming
