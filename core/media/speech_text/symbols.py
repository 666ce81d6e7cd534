# ruff: noqa: RUF001 - the stops of Chinese text and the sign of multiplication are meant
"""Replace URLs, emoji and other symbols of a line by words or pauses."""

from __future__ import annotations

import re
from collections.abc import Mapping

PAUSE = "\x1f"
"""Stands for a short silence until it is known what surrounds it."""
STOPS = ".!?…。！？；;：:，,、—"
"""A line that ends with one of these is heard to end."""
_CLOSERS = "\"'”’»)]}」』》】）"
_FIRST_WITH_STOPS = "\u2e80"
_HANGUL = "\uac00"
_UNHEARD = re.compile(
    r"[\u00ad\u200b\u200e\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]|(?![\n\t])[\x00-\x1f\x7f-\x9f]"
)
_ASCII = "!#-'*-;=?-_a-z~"
"""What an address may consist of, but for the brackets that may surround it."""
_ADDRESS = re.compile(rf"(?:https?://|www\.)(?:[{_ASCII}]|\([{_ASCII}]*\))*(?<=[#$%&)+/-9=@-Z_a-z~-])", re.IGNORECASE)
_HOST = re.compile(
    r"(?:https?://)?(?:www\.)?((?!xn--)[a-z0-9-]{1,30}(?:\.[a-z0-9-]{1,30}){0,3}\.[a-z]{2,12})(?![\w.@-])"
)
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
_DECORATION = re.compile(
    "[\u2122\u00ae\u00a9\u2500-\u25ff\u2022\u2023\u2043\u2219]\ufe0f?|[\ufe0e\U0001f3fb-\U0001f3ff]"
)
_PICTURES = "\u203c\u2049\u2139\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2900-\u2bff\U0001f000-\U0001fbff"
_EMOJI = re.compile(f"[{_PICTURES}][{_PICTURES}\u200d\ufe0f\U000e0020-\U000e007f]{{0,100}}")
"""What may be emoji: asking the dictionary about every character would take a hundred times as long. Of emoji that are
joined it takes the square of their number, so long rows are cut."""
_ARROW = re.compile("(?<![-=])[-=]+>|[→⇒➔➜➡⟶⟹]\ufe0f?")
_RULE = re.compile(r"[-=_~*]{3,}|\|+")
_POWER = re.compile(r"(?<=[A-Za-z0-9])\*\*(?=[A-Za-z0-9])")
_TIMES = re.compile(r"(?<=[A-Za-z0-9]) ?\* ?(?=[A-Za-z0-9])")
_MARKS = re.compile(r"[*`]+|~~|(?<![\w&])#(?!\d)|^#+ |^[>\s]+")
_JOINTS = re.compile(r"(?<=\w)_+|_+(?=\w)|\\")
_SILENCE = re.compile(rf"(?<![\s{PAUSE}])[\s{PAUSE}]*{PAUSE}[\s{PAUSE}]*")


class SymbolReader:
    """Speaks symbols; an emoji that was spoken before is decoration and stays silent."""

    def __init__(self, *, link: str, language: str) -> None:
        self._link = link
        import emoji  # noqa: PLC0415 - 3 MB of names, which only a process that has spoken needs

        self._replace_emoji = emoji.replace_emoji
        self._language = language if language in emoji.LANGUAGES else "en"
        self._spoken: set[str] = set()
        emoji.config.load_language(self._language)

    def speak(self, line: str) -> str:
        """Replace what is no word by words or by nothing; "" if nothing remains."""
        text = _ADDRESS.sub(self._speak_address, _UNHEARD.sub("", line))
        text = _DECORATION.sub("", _KEYCAP.sub(r"\1", _ARROW.sub(PAUSE, text)))
        text = _EMOJI.sub(lambda found: self._replace_emoji(found[0], self._name_emoji), text)
        text = _TIMES.sub(" × ", _POWER.sub("^", _RULE.sub(PAUSE, text)))
        text = _JOINTS.sub(" ", _MARKS.sub("", text.strip()))
        text = " ".join(resolve_pauses(text).split())
        return text if any(map(str.isalnum, text)) else ""

    def _speak_address(self, found: re.Match[str]) -> str:
        host = _HOST.match(found[0].lower())
        return host[1] if host else self._link

    def _name_emoji(self, chars: str, names: Mapping[str, str]) -> str:
        if chars in self._spoken:
            return PAUSE
        self._spoken.add(chars)
        name = names.get(self._language, names["en"])
        return f"{PAUSE}{name.strip(':').replace('_', ' ')}{PAUSE}"


def resolve_pauses(text: str) -> str:
    """Replace pauses by commas, unless there is other punctuation."""
    return _SILENCE.sub(_choose_comma, text)


def end_with_stop(line: str) -> str:
    """End a line with a full stop unless it has one."""
    if line.rstrip(_CLOSERS).endswith(tuple(STOPS)):
        return line
    last = next(filter(str.isalpha, reversed(line)), "")
    return f"{line}。" if has_own_stops(last) else f"{line}."


def has_own_stops(char: str) -> bool:
    """Whether a character belongs to a script with its own full stop, such as Chinese."""
    return _FIRST_WITH_STOPS <= char < _HANGUL


def _choose_comma(silence: re.Match[str]) -> str:
    text, start, end = silence.string, silence.start(), silence.end()
    if not start or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if after in STOPS or after in _CLOSERS:
        return ""
    if before in STOPS or not (before.isalnum() or before in _CLOSERS):
        return " "
    return "，" if has_own_stops(before) else ", "
