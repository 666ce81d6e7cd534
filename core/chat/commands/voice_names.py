"""Which voices a chat is offered, and how a name that nobody knows is tried before it is set."""

from __future__ import annotations

import json

import structlog

from core.chat.context import CommandContext
from core.chat.delivery.activity import activity_indicator
from core.chat.delivery.cancellation import run_cancellable
from core.chat.text.error_sentences import error_key
from core.store import ChatPreferences
from core.wanjie import WanjieError

from .scope import describe_scope

_MAX_NAME = 60
_MAX_LEARNED = 6
_log = structlog.get_logger()


async def offered_voices(context: CommandContext, model: str) -> tuple[str, ...]:
    """The voices that `model` is known to have, and those that worked with it in this chat."""
    return tuple(dict.fromkeys((*context.services.speech.known_voices(model), *await _learned(context, model))))


async def set_voice(context: CommandContext, name: str) -> None:
    """Set a voice that is known, or turns out to be there; else say why nothing has changed."""
    if len(name) > _MAX_NAME or not name.isprintable():
        await context.reply("voice.name_wrong", limit=_MAX_NAME)
        return
    await context.require_decider()
    choices = await context.preferences()
    if (model := await context.services.models.model_for(choices, "speech")) is None:
        await context.reply("model.none_speech")
        return
    same = (voice for voice in await offered_voices(context, model) if voice.casefold() == name.casefold())
    known = next(same, None)
    if known or await _is_there(context, choices, name):
        await context.set_preference("voice", known or name)
        await context.reply("voice.name_set", voice=known or name, where=describe_scope(context))


async def _is_there(context: CommandContext, preferences: ChatPreferences, name: str) -> bool:
    """Try a voice, and say so when it cannot be used."""
    try:
        async with activity_indicator(context.outbox, "recording"):
            trial = context.run_with_model("speech", preferences, lambda model: _works(context, model, name))
            return await run_cancellable(context.job, trial)
    except WanjieError as error:
        _log.warning("a voice could not be tried", error=repr(error))
        await context.reply("voice.untried", voice=name, reason=context.translate(error_key(error)))
        return False


async def _works(context: CommandContext, model: str, name: str) -> bool:
    if await context.services.speech.has_voice(model, name):
        await _learn(context, model, name)
        return True
    offered = ", ".join(await offered_voices(context, model))
    await context.reply("voice.name_unknown", model=model, voice=name, offered=offered)
    return False


async def _learn(context: CommandContext, model: str, name: str) -> None:
    # In this chat alone: some services take any name, and what people type is nobody else's to read.
    voices = list(dict.fromkeys((name, *await _learned(context, model))))[:_MAX_LEARNED]
    chat = str(context.incoming.chat.parent)
    await context.services.conversations.put_note(chat, _note(model), json.dumps(voices, ensure_ascii=False))


async def _learned(context: CommandContext, model: str) -> list[str]:
    kept = await context.services.conversations.get_note(str(context.incoming.chat.parent), _note(model))
    return json.loads(kept) if kept else []


def _note(model: str) -> str:
    return f"voices:{model}"
