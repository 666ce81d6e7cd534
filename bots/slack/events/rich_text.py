"""Rich text, which Slack's own clients write, as the mrkdwn that says the same; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

from bots.json_fields import Json, get_int, get_object, get_objects, get_text

from .mrkdwn import escape, link

_MARKS = (("code", "`"), ("strike", "~"), ("italic", "_"), ("bold", "*"))
_ENTITIES = {
    "broadcast": ("range", "!"),
    "canvas_user_mention": ("user_id", "@"),
    "channel": ("channel_id", "#"),
    "user": ("user_id", "@"),
    "usergroup": ("usergroup_id", "!subteam^"),
}
"""What stands for somebody or something: the field of its id, and the sign of such an entity in mrkdwn."""
_LABELS = ("text", "label", "title", "name")
"""Where the words of what leads elsewhere stand: to canvases, records of lists, workflows, cards of apps."""
_MARKS_OF_ITEMS = {"checked": "[x]", "unchecked": "[ ]"}
_INDENT = "    "
_DEEPEST = 8
"""Slack: the greatest indent of a list."""


def rich_text(block: Json, known: Mapping[str, str]) -> str:
    """Write a `rich_text` block as mrkdwn; `known` are names of people (`@U1`), channels (`#C1`) and groups."""
    return "\n".join(line for part in get_objects(block, "elements") for line in _part(part, known))


def _part(part: Json, known: Mapping[str, str]) -> Iterator[str]:
    match get_text(part, "type"):
        case "rich_text_list":
            yield from _list(part, known)
        case "rich_text_preformatted":
            yield f"```\n{_code(part)}\n```"
        case "rich_text_quote":
            yield from (f"> {line}" for line in _inline(part, known).split("\n"))
        case _:
            yield _inline(part, known).removesuffix("\n")


def _list(part: Json, known: Mapping[str, str]) -> Iterator[str]:
    """One line for each item; Slack: nested lists follow as lists of their own, with a greater `indent`."""
    indent = _INDENT * min(get_int(part, "indent"), _DEEPEST)
    for position, item in enumerate(get_objects(part, "elements"), 1 + get_int(part, "offset")):
        style = get_text(part, "style")
        mark = f"{position}." if style == "ordered" else _MARKS_OF_ITEMS.get(style, "•")
        yield f"{indent}{mark} {_inline(item, known)}"


def _code(part: Json) -> str:
    """Code as it was typed: what looks like an address in it is no link."""
    elements = get_objects(part, "elements")
    return "".join(escape(get_text(one, "text") or get_text(one, "url")) for one in elements)


def _inline(part: Json, known: Mapping[str, str]) -> str:
    """The words of a section; those that bear the same style share its marks."""
    runs = groupby(get_objects(part, "elements"), key=_style)
    return "".join(_styled("".join(_element(one, known) for one in run), style) for style, run in runs)


def _style(element: Json) -> frozenset[str]:
    style = get_object(element, "style")
    return frozenset(name for name, _ in _MARKS if style.get(name))


def _styled(words: str, style: frozenset[str]) -> str:
    """Marks touch the words, not the blanks around them."""
    core = words.strip()
    if not core or "\n" in core:
        return words
    for name, mark in _MARKS:
        core = f"{mark}{core}{mark}" if name in style else core
    start = len(words) - len(words.lstrip())
    return words[:start] + core + words[len(words.rstrip()) :]


def _element(element: Json, known: Mapping[str, str]) -> str:
    kind = get_text(element, "type")
    if kind in _ENTITIES:
        key, sign = _ENTITIES[kind]
        target = sign + get_text(element, key)
        return f"<{target}|{known[target]}>" if target in known else f"<{target}>"
    written = _WRITTEN.get(kind)
    return written(element) if written else _reference(element)


def _reference(element: Json) -> str:
    label = next((label for key in _LABELS if (label := get_text(element, key))), "")
    return link(get_text(element, "url"), label)


def _emoji(element: Json) -> str:
    tone = get_int(element, "skin_tone")
    return f":{get_text(element, 'name')}:" + (f":skin-tone-{tone}:" if tone else "")


def _date(element: Json) -> str:
    fallback = get_text(element, "fallback")
    return escape(fallback) if fallback else f"<!date^{element.get('timestamp')}^>"


def _link(element: Json) -> str:
    url, label = get_text(element, "url"), get_text(element, "text")
    if "code" in _style(element):
        return escape(label or url)
    return link(url, label)


def _message(element: Json) -> str:
    """A mention of a message, which may say no more than where it stands."""
    return _reference(element) or f"[message in <#{get_text(element, 'channel_id')}>]"


_WRITTEN: Mapping[str, Callable[[Json], str]] = {
    "canvas": lambda element: _reference(element) or "[canvas]",
    "canvas_message_unfurl": lambda element: f"[message in <#{get_text(element, 'root_message_channel')}>]",
    "color": lambda element: escape(get_text(element, "value")),
    "date": _date,
    "emoji": _emoji,
    "link": _link,
    "list_record": lambda element: _reference(element) or "[record of a list]",
    "message_mention": _message,
    "team": lambda element: escape(get_text(element, "team_id")),
}
