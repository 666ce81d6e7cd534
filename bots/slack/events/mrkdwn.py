# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Reading what people write in Slack: mrkdwn entities become plain words; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from core.chat.text.bot_mention import cut_mentions

_ENTITY = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```.*?```|(?<![\w`])`[^`\n]+`(?!\w)", re.DOTALL)
"""What Slack shows as code; a back-tick within a word begins none."""
_LABEL = re.compile(r"<([@#][A-Z0-9]+|!subteam\^[A-Z0-9]+)\|([^<>\n]+)>")
_ID = re.compile(r"[A-Z][A-Z0-9]+")
_EVERYBODY = re.compile(r"<!(?:here|channel|everyone|group)(?:\|[^<>\n]*)?>")
_SOMEBODY = r"<(?:@[UW]|!subteam\^)[^<>]*>"
_GREETING = r"(?:hi|hey|hello|thanks|thank you|thx|cc|good (?:morning|evening)|你好|您好|嗨|谢谢|感谢|早)"
_ADDRESSEE = re.compile(
    rf"(?::[\w+-]+:|[^\w<])*+(?:{_GREETING}[^\w<]*)?{_SOMEBODY}|.*[,，]\s*{_SOMEBODY}[\s.?!。？！…]*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""A person or a group whom a message begins by naming, perhaps with a greeting or behind an emoji, or names at its end
behind a comma."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as plain text, and who was named in it."""

    text: str
    mentioned: bool
    """The bot was named."""
    named: tuple[str, ...] = ()
    """What stands in `text` by its id: people (`@U1`) and channels (`#C1`)."""


def read(text: str, bot: str) -> Reading:
    """Turn mrkdwn into plain words; the mention of `bot` (a user id) is left out."""
    spans = list(_mentions(text, bot)) if bot else []
    cut = cut_mentions(text, spans)
    plain: list[str] = []
    end = 0
    for code in _CODE.finditer(cut):
        plain += [_ENTITY.sub(_plain, cut[end : code.start()]), _ENTITY.sub(_typed, code[0])]
        end = code.end()
    words = unescape("".join([*plain, _ENTITY.sub(_plain, cut[end:])])).strip()
    return Reading(words, bool(spans), _named(_CODE.sub("", cut)))


def escape(text: str) -> str:
    """Write plain words as mrkdwn (`&`, `<` and `>` are its marks)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, words: str) -> str:
    """Write plain words as mrkdwn, which lead to `url` if there is one."""
    if not url:
        return escape(words)
    return f"<{escape(url)}|{escape(words)}>" if words and words != url else f"<{escape(url)}>"


def unescape(text: str) -> str:
    """Undo Slack's three escapes (`&lt;`, `&gt;`, `&amp;`)."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def labels(text: str) -> dict[str, str]:
    """The names that mrkdwn tells of people (`@U1`), channels (`#C1`) and groups (`!subteam^S1`)."""
    return {target: label for target, label in _LABEL.findall(text) if label.strip("@# ")}


def is_for_others(text: str, bot: str) -> bool:
    """Whether mrkdwn calls everybody or begins by naming somebody, and does not name the bot.

    False while the bot's own id is unknown: then nobody can say.
    """
    if not bot or any(_mentions(text, bot)):
        return False
    return bool(_EVERYBODY.search(text) or _ADDRESSEE.match(text))


def _mentions(text: str, bot: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(rf"<@{re.escape(bot)}(?:\|[^<>]*)?>", text)]


def _named(text: str) -> tuple[str, ...]:
    targets = [found[1].partition("|") for found in _ENTITY.finditer(text)]
    found = [target for target, _, label in targets if target[:1] in {"@", "#"} and not label.strip("@# ")]
    return tuple(dict.fromkeys(target for target in found if _ID.fullmatch(target[1:])))


def _plain(entity: re.Match[str]) -> str:
    target, _, label = entity[1].partition("|")
    match target[:1]:
        case "@" | "#":
            return target[0] + (label.strip("@# ") or target[1:])
        case "!":
            return label or _special(target[1:])
        case _:
            return _link(target, label)


def _special(target: str) -> str:
    """`here`, `subteam^S1` or `date^1770000000^{date}`, where no label says it better."""
    kind, *values = target.split("^")
    if kind == "date" and values[:1] and values[0].isdecimal():
        return f"{datetime.fromtimestamp(int(values[0][:10]), UTC):%Y-%m-%d %H:%M} UTC"
    return "@" + (values[0] if kind == "subteam" and values else kind)


def _link(url: str, label: str) -> str:
    if not label or not url or url == label:
        return url or label
    typed = url.partition("://")[2] or url.partition(":")[2]
    return label if typed.rstrip("/") == label.rstrip("/") else f"{label} ({url})"


def _typed(entity: re.Match[str]) -> str:
    """Within code: what somebody typed before Slack made a link of it."""
    target, _, label = entity[1].partition("|")
    return label or target
