# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Parse mrkdwn into plain text; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bots.slack.blocks.markdown import escape
from core.chat.text.bot_mention import remove_mentions

_ENTITY = re.compile(r"<([^<>\n]+)>")
_CODE = re.compile(r"```.*?```|(?<![\w`])`[^`\n]+`(?!\w)", re.DOTALL)
"""Code; a back-tick within a word does not start it."""
_LABEL = re.compile(r"<([@#][A-Z0-9]+|!subteam\^[A-Z0-9]+)\|([^<>\n]+)>")
_ID = re.compile(r"[A-Z][A-Z0-9]+")
_EVERYBODY = re.compile(r"<!(?:here|channel|everyone|group)(?:\|[^<>\n]*)?>")
_SOMEBODY = r"<(?:@[UW]|!subteam\^)[^<>]*>"
_ANYBODY = re.compile(f"{_SOMEBODY}|{_EVERYBODY.pattern}")
_GREETING = r"(?:hi|hey|hello|thanks|thank you|thx|cc|good (?:morning|evening)|你好|您好|嗨|谢谢|感谢|早)"
_ADDRESSEE = re.compile(
    rf"(?::[\w+-]+:|[^\w<])*+(?:{_GREETING}[^\w<]*)?{_SOMEBODY}|.*[,，]\s*{_SOMEBODY}[\s.?!。？！…]*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""A user or a group mentioned at the beginning of a message, perhaps after a greeting or an emoji, or at its end after
a comma."""


@dataclass(frozen=True, slots=True)
class ParsedMrkdwn:
    """A message as plain text, and its mentions."""

    text: str
    mentions_bot: bool
    """The bot is mentioned."""
    named: tuple[str, ...] = ()
    """Users (`@U1`) and channels (`#C1`) whose ids occur in `text`."""


def parse_mrkdwn(text: str, bot: str) -> ParsedMrkdwn:
    """Parse mrkdwn into plain text; mentions of `bot` (a user id) are removed."""
    spans = list(_find_mentions(text, bot)) if bot else []
    cut = remove_mentions(text, spans)
    plain: list[str] = []
    end = 0
    for code in _CODE.finditer(cut):
        plain += [_ENTITY.sub(_format_entity, cut[end : code.start()]), _ENTITY.sub(_format_code_entity, code[0])]
        end = code.end()
    parsed = unescape("".join([*plain, _ENTITY.sub(_format_entity, cut[end:])])).strip()
    return ParsedMrkdwn(parsed, bool(spans), _find_ids(_CODE.sub("", cut)))


def format_link(url: str, label: str) -> str:
    """Write plain text as mrkdwn, with a link to `url` if there is one."""
    if not url:
        return escape(label)
    return f"<{escape(url)}|{escape(label)}>" if label and label != url else f"<{escape(url)}>"


def unescape(text: str) -> str:
    """Undo Slack's three escapes (`&lt;`, `&gt;`, `&amp;`)."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read_labels(text: str) -> dict[str, str]:
    """Return the names of users (`@U1`), channels (`#C1`) and groups (`!subteam^S1`) that mrkdwn contains."""
    return {target: label for target, label in _LABEL.findall(text) if label.strip("@# ")}


def is_for_others(text: str, bot: str) -> bool:
    """Whether mrkdwn mentions everybody or begins with a mention of somebody, and does not mention the bot.

    False while the bot's user id is unknown.
    """
    if not bot or any(_find_mentions(text, bot)):
        return False
    return bool(_EVERYBODY.search(text) or _ADDRESSEE.match(text))


def mentions_others(text: str, bot: str) -> bool:
    """Whether mrkdwn mentions somebody or everybody, outside of code, and does not mention the bot.

    False while the bot's user id is unknown.
    """
    if not bot or any(_find_mentions(text, bot)):
        return False
    return bool(_ANYBODY.search(_CODE.sub("", text)))


def _find_mentions(text: str, bot: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(rf"<@{re.escape(bot)}(?:\|[^<>]*)?>", text)]


def _find_ids(text: str) -> tuple[str, ...]:
    targets = [found[1].partition("|") for found in _ENTITY.finditer(text)]
    found = [target for target, _, label in targets if target[:1] in {"@", "#"} and not label.strip("@# ")]
    return tuple(dict.fromkeys(target for target in found if _ID.fullmatch(target[1:])))


def _format_entity(entity: re.Match[str]) -> str:
    target, _, label = entity[1].partition("|")
    match target[:1]:
        case "@" | "#":
            return target[0] + (label.strip("@# ") or target[1:])
        case "!":
            return _describe_link(_find_date_url(target), label) or _format_special(target[1:])
        case _:
            return _describe_link(target, label)


def _find_date_url(target: str) -> str:
    """Return the link of `!date^1770000000^{date}^https://a.b`; "" when it has none."""
    kind, *values = target.split("^", 3)
    return values[2] if kind == "!date" and len(values) > 2 else ""  # noqa: PLR2004 - the third value


def _format_special(target: str) -> str:
    """Format `here`, `subteam^S1` or `date^1770000000^{date}` without a label."""
    kind, *values = target.split("^")
    if kind == "date" and values[:1] and values[0].isdecimal():
        return f"{datetime.fromtimestamp(int(values[0][:10]), UTC):%Y-%m-%d %H:%M} UTC"
    return "@group" if kind == "subteam" else f"@{kind}"  # to look a group's name up takes a scope of its own


def is_address(url: str, label: str) -> bool:
    """Whether `label` is the address of `url` as people write it."""
    address = url.partition("://")[2] or url.partition(":")[2]
    return label.rstrip("/") in {url.rstrip("/"), address.rstrip("/")}


def _describe_link(url: str, label: str) -> str:
    if not label or not url:
        return url or label
    return label if is_address(url, label) else f"{label} ({url})"


def _format_code_entity(entity: re.Match[str]) -> str:
    """Format an entity in code as it was typed, before Slack made it a link."""
    target, _, label = entity[1].partition("|")
    return _describe_link(target, label) if "://" in target else label or target
