"""What a person sees of a Slack conversation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bots.sandbox.screen import AppTabs, Control, HomePart, Screen, ShownFile, ShownMessage

from .blocks.find_buttons import list_ratings
from .call import Json
from .data_types import Channel, Message, SlackFile, StreamState
from .user_actions import SlackUser
from .workspace_sim import WorkspaceSim

_CONTROLS = frozenset({"actions", "context_actions"})
_LISTS: dict[str, Any] = {"static_select": "menu", "external_select": "search"}


def make_screen(sim: WorkspaceSim, channel: Channel, user: SlackUser, root: str | None = None) -> Screen:
    """Return a channel with all its threads, or the thread that begins with `root`, as a person sees it."""
    messages = [message for message in user.sees(channel) if root in {None, message.root}]
    shown = tuple(_show_message(sim, message, user) for message in messages)
    roots = {root} if root else {message.root for message in messages}
    activity = next(filter(None, (sim.status(channel, one) for one in roots)), "")
    tabs = _show_tabs(sim, channel, user) if channel.kind == "im" else None
    return Screen(shown, activity, user.modal.show() if user.modal else None, tabs)


def _show_tabs(sim: WorkspaceSim, channel: Channel, user: SlackUser) -> AppTabs:
    assistant = sim.assistant
    home: list[Json] = user.home["blocks"] if user.home else []
    prompts = tuple(str(prompt["message"]) for prompt in assistant.prompts.get(channel.id, []))
    titles = {thread: title for (place, thread), title in assistant.titles.items() if place == channel.id}
    working = tuple(
        thread for (place, thread), state in assistant.sessions.items() if place == channel.id and state == "processing"
    )
    return AppTabs(tuple(map(_show_home_part, home)), prompts, titles, working)


def _show_home_part(block: Json) -> HomePart:
    if block["type"] in _CONTROLS:
        return HomePart(controls=(tuple(_show_row(block["elements"])),))
    return HomePart(block)


def _show_message(sim: WorkspaceSim, message: Message, user: SlackUser) -> ShownMessage:
    author = sim.workspace.people.get(message.user)
    stream = message.stream
    return ShownMessage(
        id=message.ts,
        author=message.username or (author.name if author else ""),
        by_bot=message.user == sim.bot_user_id,
        at=float(message.ts),
        text=message.text,
        blocks=tuple(_show_blocks(message)),
        files=tuple(map(_show_file, message.files)),
        controls=tuple(map(tuple, map(_show_row, _list_rows(message)))),
        reactions=tuple(message.reactions),
        thread=message.root,
        is_growing=stream is not None and sim.workspace.state_of(stream) is StreamState.LIVE,
        is_private=message.visible_to is not None,
        is_own=message.user == user.id,
    )


def _show_blocks(message: Message) -> Iterator[Json]:
    """Yield the blocks without those that are controls; the cards of a stream's tasks come first."""
    if message.stream and not message.blocks:
        yield from ({"type": "task_card", **task} for task in message.stream.tasks.values())
    if message.markdown:
        yield {"type": "markdown", "text": message.markdown}
    yield from (block for block in message.blocks if block["type"] not in _CONTROLS)


def _show_file(file: SlackFile) -> ShownFile:
    family = file.mimetype.partition("/")[0]
    kinds: dict[str, Any] = {"image": "picture", "audio": "voice", "video": "video"}
    return ShownFile(file.id, kinds.get(family, "file"), file.name, file.mimetype, len(file.content or b""))


def _list_rows(message: Message) -> Iterator[list[Json]]:
    yield from (block["elements"] for block in message.blocks if block["type"] in _CONTROLS)


def _show_row(row: list[Json]) -> Iterator[Control]:
    for element in row:
        if element["type"] == "feedback_buttons":
            yield from (_show_button(one, element["action_id"]) for one in list_ratings(element))
        else:
            yield _show_element(element)


def _show_button(button: Json, action_id: str) -> Control:
    return Control("button", button["text"]["text"], action_id, button.get("value", ""))


def _show_element(element: Json) -> Control:
    kind = _LISTS.get(str(element["type"]))
    if kind is None:
        return _show_button(element, element["action_id"])
    groups: list[Json] = element.get("option_groups") or [element]
    options = [(one["value"], one["text"]["text"]) for group in groups for one in group.get("options", [])]
    label = element.get("placeholder", {}).get("text", "")
    chosen = element.get("initial_option", {}).get("value", "")
    return Control(kind, label, element["action_id"], chosen, tuple(options))
