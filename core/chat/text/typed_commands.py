# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Parsing commands as users type them: after `/` or `!` of any width, in English or Chinese; pure.

It knows commands only by name, so that platforms can tell a command from other text early.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .bot_mention import remove_separators
from .chinese_command_names import CHINESE_NAMES
from .normalize_width import to_half_width

_NAME_BY_CHINESE = {chinese: name for name, every in CHINESE_NAMES.items() for chinese in every}
_LONGEST_FIRST = sorted(_NAME_BY_CHINESE, key=len, reverse=True)
_JOINED_ARGUMENT = frozenset({"model", "imagine", "speak", "voice"})
"""Commands whose Chinese names need no blank before the argument: `/画一只猫`."""
_UNSEEN = r"[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
"""Invisible characters before a command, such as direction marks of a keyboard or a copied text."""
_NAME = re.compile(rf"{_UNSEEN}(?P<sign>[/!])(?P<name>[A-Za-z0-9_]{{1,64}})")
_SIGN = re.compile(rf"{_UNSEEN}(?P<sign>[/!])")
_FORMATTED = re.compile(r"\s*(?P<marks>[*_~`]+)(?P<words>[^*_~`\n]+)(?P=marks)\s*")
_WORD = re.compile(
    r"\s*(?P<word>[^\s:：.。!！?？~～…]+)(?:(?P<colon>\s*[:：])|[.。!！~～…]+(?=\s*\Z)|(?=\s|\Z))(?P<rest>.*)",
    re.DOTALL,
)
"""A word and the text after its blank or colon; a word alone may end with punctuation."""
_OF_BOT = re.compile(r"@(?P<bot>[A-Za-z0-9_]{3,32})")
_ENDS = re.compile(r"(?![\w/<>@]|[-.]\w)")
"""The end of a name, as clients highlight it; paths, addresses and compounds (`/new-feature`) are no commands."""


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A command as the user typed it."""

    sign: str
    """`/` or `!`."""
    name: str
    """The English name for a Chinese one; any other name in lower case, whether or not it is known."""
    argument: str
    """The text after the name, as it was typed."""
    bot: str = ""
    """The bot that it was addressed to, as in `/new@some_bot`; "" for none."""


def parse_typed_command(text: str) -> TypedCommand | None:
    """Parse the command with its sign at the beginning of `text`; None when there is none."""
    plain = to_half_width(text)
    return _parse_latin(text, plain) or _parse_chinese(text, plain)


def split_name(text: str) -> tuple[str, str, bool]:
    """Split `text` into its first word and the rest; tell whether there is a colon between them."""
    found = _WORD.fullmatch(text)
    return (found["word"], found["rest"].strip(), bool(found["colon"])) if found else ("", "", False)


def strip_formatting(text: str) -> str:
    """Remove the formatting of a command that was copied from a message: `` `!model` ``."""
    found = _FORMATTED.fullmatch(text)
    return found["words"] if found else text


def to_command_name(word: str) -> str:
    """Return the English name for a Chinese one; any other word in lower case and half width."""
    plain = to_half_width(word).lower()
    return _NAME_BY_CHINESE.get(plain, plain)


def is_chinese_name(word: str) -> bool:
    """Whether `word` is a command's Chinese name."""
    return word in _NAME_BY_CHINESE


def _parse_latin(text: str, plain: str) -> TypedCommand | None:
    found = _NAME.match(plain)
    if found is None:
        return None
    bot = _OF_BOT.match(plain, found.end())
    end = bot.end() if bot else found.end()
    return _build_command(text, found["sign"], found["name"].lower(), end, bot) if _ENDS.match(plain, end) else None


def _parse_chinese(text: str, plain: str) -> TypedCommand | None:
    sign = _SIGN.match(plain)
    chinese = sign and next((name for name in _LONGEST_FIRST if plain.startswith(name, sign.end())), None)
    if not sign or not chinese:
        return None
    bot = _OF_BOT.match(plain, sign.end() + len(chinese))
    end = bot.end() if bot else sign.end() + len(chinese)
    name = _NAME_BY_CHINESE[chinese]
    return (
        _build_command(text, sign["sign"], name, end, bot)
        if name in _JOINED_ARGUMENT or _ENDS.match(plain, end)
        else None
    )


def _build_command(text: str, sign: str, name: str, end: int, bot: re.Match[str] | None) -> TypedCommand:
    rest = text[end:]
    argument = remove_separators(rest).strip()
    if not argument and rest[:1].isspace():
        argument = rest.strip()  # marks alone are what somebody wants to have spoken, say
    return TypedCommand(sign, name, argument, bot["bot"] if bot else "")
