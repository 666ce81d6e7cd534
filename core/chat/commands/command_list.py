"""All commands: the list that routing, help and menus are made from."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from core.chat.port.menus import CommandReaders

from .command_fields import PERSONAL_WORDS, Command

COMMANDS: tuple[Command, ...] = (
    Command("start", "chat"),
    Command("help", "chat"),
    Command("model", "models", argument=True, max_bare_words=2),
    Command("imagine", "pictures", argument=True, text_follows=True, of_message=True, shortcut=True),
    Command("speak", "voice", argument=True, text_follows=True, of_message=True, shortcut=True),
    Command("translate", "chat", argument=True, text_follows=True, of_message=True, shortcut=True),
    Command("voice", "voice", argument=True, max_bare_words=2),
    Command("reasoning", "models", argument=True, max_bare_words=1),
    Command("settings", "chat"),
    Command("language", "chat", argument=True, max_bare_words=1),
    Command("system", "chat", argument=True, concerns="conversation"),
    Command("new", "conversation", within_conversation=True, concerns="conversation"),
    Command(
        "forget",
        "conversation",
        argument=True,
        max_bare_words=2,
        within_conversation=True,
        of_direct_chat=True,
        concerns="conversation",
        personal_words=PERSONAL_WORDS,
    ),
    Command("export", "conversation", within_conversation=True, of_direct_chat=True, concerns="conversation"),
    Command("file", "conversation", within_conversation=True),
    Command("stop", "conversation", within_conversation=True, concerns="running"),
    Command("retry", "conversation", within_conversation=True, concerns="newest"),
    Command("continue", "conversation", within_conversation=True, concerns="newest"),
    Command(
        "summarize",
        "conversation",
        argument=True,
        max_bare_words=2,
        within_conversation=True,
        groups_only=True,
        shortcut=True,
    ),
    Command(
        "ask",
        "conversation",
        argument=True,
        text_follows=True,
        within_conversation=True,
        typed_only=True,
        shortcut=True,
    ),
    Command("leave", "conversation", within_conversation=True, groups_only=True, typed_only=True),
    Command("usage", "chat", argument=True, max_bare_words=2),
    Command("pair", "access", argument=True),
    Command("admin", "access", argument=True),
)


def list_for(readers: CommandReaders) -> list[Command]:
    """List the commands for a menu: those that make sense there, and that its readers may usually run."""
    listed = [command for command in COMMANDS if command.group != "access" and not command.typed_only]
    if readers == "direct":
        return [command for command in listed if not command.groups_only]
    if readers == "group_admins":
        return listed
    return [command for command in listed if command.concerns != "conversation"]


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
