"""Reading what people write in Slack: mrkdwn entities become plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENTITY = re.compile(r"<([^<>\n]+)>")


@dataclass(frozen=True, slots=True)
class Reading:
    """A message as plain text, and whether the bot was named in it."""

    text: str
    mentioned: bool


def read(text: str, bot: str) -> Reading:
    """Turn `text` of a Slack event into plain words; the mention of `bot` (a user id) is left out."""
    mentioned = False
    if bot:
        mention = rf"<@{re.escape(bot)}(?:\|[^<>]*)?>"
        unnamed = re.sub(rf"^\s*{mention}[\s,:]*| ?{mention}", "", text)
        mentioned, text = unnamed != text, unnamed
    return Reading(unescape(_ENTITY.sub(_plain, text)).strip(), mentioned)


def unescape(text: str) -> str:
    """Undo Slack's three escapes (`&lt;`, `&gt;`, `&amp;`)."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _plain(entity: re.Match[str]) -> str:
    target, _, label = entity[1].partition("|")
    match target[0]:
        case "@" | "#":
            return target[0] + (label.lstrip("@#") or target[1:])
        case "!":
            return label or "@" + target[1:].partition("^")[0]
        case _:
            return _link(target, label)


def _link(url: str, label: str) -> str:
    if not label or url == label:
        return url
    return label if url.endswith(label) and ":" in url and "://" not in url else f"{label} ({url})"
