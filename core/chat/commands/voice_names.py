"""Which voices a chat is offered, and how a name that nobody knows is tried before it is set."""

from __future__ import annotations

import json

import structlog

from core.chat.context import Call
from core.chat.delivery.activity import at_work
from core.chat.delivery.cancellation import unless_stopped
from core.chat.text.error_sentences import explain
from core.store import Choices
from core.wanjie import WanjieError

from .scope import where

_MAX_NAME = 60
_MAX_LEARNED = 6
_log = structlog.get_logger()


async def offered_voices(call: Call, model: str) -> tuple[str, ...]:
    """The voices that `model` is known to have, and those that worked with it in this chat."""
    return tuple(dict.fromkeys((*call.desk.speech.known_voices(model), *await _learned(call, model))))


async def set_voice(call: Call, name: str) -> None:
    """Set a voice that is known, or turns out to be there; else say why nothing has changed."""
    if len(name) > _MAX_NAME or not name.isprintable():
        await call.say("voice.name_wrong", limit=_MAX_NAME)
        return
    await call.require_decider()
    choices = await call.choices()
    if (model := await call.desk.chosen.model(choices, "speech")) is None:
        await call.say("model.none_speech")
        return
    same = (voice for voice in await offered_voices(call, model) if voice.casefold() == name.casefold())
    known = next(same, None)
    if known or await _is_there(call, choices, name):
        await call.settle("voice", known or name)
        await call.say("voice.name_set", voice=known or name, where=where(call))


async def _is_there(call: Call, choices: Choices, name: str) -> bool:
    """Try a voice, and say so when it cannot be used."""
    try:
        async with at_work(call.outbox, "recording"):
            trial = call.use("speech", choices, lambda model: _works(call, model, name))
            return await unless_stopped(call.turn, trial)
    except WanjieError as error:
        _log.warning("a voice could not be tried", error=repr(error))
        await call.say("voice.untried", voice=name, reason=call.phrase(explain(error)))
        return False


async def _works(call: Call, model: str, name: str) -> bool:
    if await call.desk.speech.has_voice(model, name):
        await _learn(call, model, name)
        return True
    offered = ", ".join(await offered_voices(call, model))
    await call.say("voice.name_unknown", model=model, voice=name, offered=offered)
    return False


async def _learn(call: Call, model: str, name: str) -> None:
    # In this chat alone: some services take any name, and what people type is nobody else's to read.
    voices = list(dict.fromkeys((name, *await _learned(call, model))))[:_MAX_LEARNED]
    chat = str(call.incoming.chat.parent)
    await call.desk.conversations.note(chat, _note(model), json.dumps(voices, ensure_ascii=False))


async def _learned(call: Call, model: str) -> list[str]:
    kept = await call.desk.conversations.noted(str(call.incoming.chat.parent), _note(model))
    return json.loads(kept) if kept else []


def _note(model: str) -> str:
    return f"voices:{model}"
