"""Read rich text, which Slack's own clients write, as mrkdwn; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from bots.slack.blocks.markdown import escape
from core.json_reader import Json, get_int, get_object, get_objects, get_text

from .mrkdwn_to_text import format_link, is_address

_MARKS = (("code", "`"), ("strike", "~"), ("italic", "_"), ("bold", "*"))
_ENTITIES = {
    "broadcast": ("range", "!"),
    "canvas_user_mention": ("user_id", "@"),
    "channel": ("channel_id", "#"),
    "user": ("user_id", "@"),
    "usergroup": ("usergroup_id", "!subteam^"),
}
"""Elements that become entities: the field of the id, and the prefix of the entity in mrkdwn."""
_LABELS = ("text", "label", "title", "name")
"""Text fields of references to canvases, records of lists, workflows, cards of apps."""
_ITEM_MARKS = {"checked": "[x]", "unchecked": "[ ]"}
_LANGUAGE = re.compile(r"[\w+#.-]+")
_INDENT = "    "
_MAX_INDENT = 8
"""Slack: the greatest indent of a list."""


def read_rich_text(block: Json, names: Mapping[str, str]) -> str:
    """Write a `rich_text` block as mrkdwn; `names` of users (`@U1`), channels (`#C1`) and groups are added."""
    return "\n".join(line for part in get_objects(block, "elements") for line in _read_part(part, names))


def _read_part(part: Json, names: Mapping[str, str]) -> Iterator[str]:
    match get_text(part, "type"):
        case "rich_text_list":
            yield from _read_list(part, names)
        case "rich_text_preformatted":
            yield f"```{_read_language(part)}\n{_read_code(part)}\n```"
        case "rich_text_quote":
            yield from (f"> {line}" for line in _read_section(part, names).split("\n"))
        case _:
            yield _read_section(part, names).removesuffix("\n")


def _read_list(part: Json, names: Mapping[str, str]) -> Iterator[str]:
    """Return one line for each item. Slack: nested lists follow as lists of their own, with a greater `indent`."""
    indent = _INDENT * min(get_int(part, "indent"), _MAX_INDENT)
    for position, item in enumerate(get_objects(part, "elements"), 1 + get_int(part, "offset")):
        style = get_text(part, "style")
        mark = f"{position}." if style == "ordered" else _ITEM_MARKS.get(style, "•")
        yield f"{indent}{mark} {_read_section(item, names)}"


def _read_code(part: Json) -> str:
    """Return code as it was typed, without links."""
    elements = get_objects(part, "elements")
    return "".join(escape(get_text(one, "text") or get_text(one, "url")) for one in elements)


def _read_language(part: Json) -> str:
    language = get_text(part, "language")
    return language if _LANGUAGE.fullmatch(language) else ""


def _read_section(part: Json, names: Mapping[str, str]) -> str:
    """Read a section; neighbours of the same style share its marks."""
    runs = groupby(get_objects(part, "elements"), key=_read_style)
    return "".join(_apply_style("".join(_read_element(one, names) for one in run), style) for style, run in runs)


def _read_style(element: Json) -> frozenset[str]:
    style = get_object(element, "style")
    return frozenset(name for name, _ in _MARKS if style.get(name))


def _apply_style(text: str, style: frozenset[str]) -> str:
    """Add marks around the text, but not around its surrounding blanks."""
    core = text.strip()
    if not core or "\n" in core:
        return text
    for name, mark in _MARKS:
        core = f"{mark}{core}{mark}" if name in style else core
    start = len(text) - len(text.lstrip())
    return text[:start] + core + text[len(text.rstrip()) :]


def _read_element(element: Json, names: Mapping[str, str]) -> str:
    kind = get_text(element, "type")
    if kind in _ENTITIES:
        key, sign = _ENTITIES[kind]
        target = sign + get_text(element, key)
        return f"<{target}|{names[target]}>" if target in names else f"<{target}>"
    read = _ELEMENT_READERS.get(kind)
    return read(element) if read else _read_reference(element)


def _read_reference(element: Json) -> str:
    label = next((label for key in _LABELS if (label := get_text(element, key))), "")
    return format_link(get_text(element, "url"), label)


def _read_emoji(element: Json) -> str:
    tone = get_int(element, "skin_tone")
    return f":{get_text(element, 'name')}:" + (f":skin-tone-{tone}:" if tone else "")


def _read_date(element: Json) -> str:
    fallback, url = get_text(element, "fallback"), get_text(element, "url")
    if not fallback:
        return f"<!date^{element.get('timestamp')}^>"
    return format_link(url, fallback)


def _read_link(element: Json) -> str:
    url, label = get_text(element, "url"), get_text(element, "text")
    if "code" in _read_style(element) and is_address(url, label or url):
        return escape(label or url)
    return format_link(url, label)


def _read_message_mention(element: Json) -> str:
    """Read a mention of a message, of which perhaps only the channel is known."""
    return _read_reference(element) or f"[message in <#{get_text(element, 'channel_id')}>]"


_ELEMENT_READERS: Mapping[str, Callable[[Json], str]] = {
    "canvas": lambda element: _read_reference(element) or "[canvas]",
    "canvas_message_unfurl": lambda element: f"[message in <#{get_text(element, 'root_message_channel')}>]",
    "color": lambda element: escape(get_text(element, "value")),
    "date": _read_date,
    "emoji": _read_emoji,
    "link": _read_link,
    "list_record": lambda element: _read_reference(element) or "[record of a list]",
    "message_mention": _read_message_mention,
    "team": lambda element: escape(get_text(element, "team_id")),
}
