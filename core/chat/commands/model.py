"""`/model`: which model answers in a chat."""

from __future__ import annotations

from hashlib import sha256

from core.chat.message import ChatRef
from core.chat.outbox import Menu, Option
from core.wanjie import AmbiguousModelError, UnknownModelError

from .command import Call, Desk

_ENTRIES = 90
"""Telegram takes about a hundred buttons under a message, Slack a hundred options in a menu."""
_VALUE_BYTES = 48
_LONGEST_NAME = 100
"""Characters; what is longer is no name of a model, and would only be repeated to the user."""


async def choose_model(call: Call) -> None:
    """Set the model that was named; without a name, show a menu."""
    if call.argument:
        await _set(call, call.argument)
        return
    menu = await _menu(call)
    if menu is None:
        await call.say("model.none")
    else:
        await call.choose(menu)


async def pick_model(call: Call, value: str) -> None:
    """Set the model behind a menu entry and show the menu with its new mark."""
    models = [model.id for model in await call.desk.catalog.models("chat")]
    chosen = next((model for model in models if _value(model) == value), None)
    if chosen is None:
        await call.say("model.unknown", name=value)
        return
    await call.desk.conversations.choose(str(call.incoming.chat), "model", chosen)
    menu = await _menu(call)
    if menu is not None:
        await call.choose(menu)


async def _set(call: Call, argument: str) -> None:
    name = argument if len(argument) <= _LONGEST_NAME else argument[:_LONGEST_NAME] + "…"
    try:
        model = await call.desk.catalog.resolve(name, "chat")
    except UnknownModelError as error:
        suggestions = _listed(error.suggestions)
        await (
            call.say("model.suggest", name=name, suggestions=suggestions)
            if suggestions
            else call.say("model.unknown", name=name)
        )
    except AmbiguousModelError as error:
        await call.say("model.ambiguous", name=name, suggestions=_listed(error.candidates))
    else:
        await call.desk.conversations.choose(str(call.incoming.chat), "model", model.id)
        await call.say("model.chosen", model=model.id)


async def _menu(call: Call) -> Menu | None:
    models = [model.id for model in await call.desk.catalog.models("chat")]
    current = await call.desk.talk.model_of(call.incoming.chat)
    if not models or current is None:
        return None
    hidden = max(len(models) - _ENTRIES, 0)
    title = call.phrase("model.more" if hidden else "model.title", model=current, hidden=hidden)
    options = tuple(Option(label=model, value=_value(model), current=model == current) for model in models[:_ENTRIES])
    return Menu("model", title, options)


def _value(model: str) -> str:
    """A model's id where it fits behind a button, else a fingerprint of it."""
    return model if len(model.encode()) <= _VALUE_BYTES else sha256(model.encode()).hexdigest()[:16]


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names[:5])


async def suggest_models(desk: Desk, chat: ChatRef, text: str) -> tuple[Option, ...]:
    """The models that fit what a reader types to find one."""
    raise NotImplementedError
