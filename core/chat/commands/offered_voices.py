"""The voices that a chat is offered, and the trial of a voice that is not known before it is set."""

from __future__ import annotations

import json

import structlog

from core.chat.answer.select_model_or_fallback import ChatModels, ModelSelector
from core.chat.delivery.activity_indicator import activity_indicator
from core.chat.delivery.cancellation import run_cancellable
from core.chat.delivery.event_context import EventContext
from core.chat.generation.synthesize_speech import SpeechSynthesizer
from core.chat.port.incoming import ChatRef
from core.chat.text.error_keys import error_key
from core.redis.stored_values import StoredJson, parse_stored
from core.store import Conversations
from core.wanjie import WanjieError

from .preference_scope import describe_scope
from .set_preference import PreferenceWriter

_log = structlog.get_logger()

_MAX_NAME_LENGTH = 60
_MAX_LEARNED = 6
"""Voices of a model that a chat remembers because they worked."""

_NAMES = StoredJson(list[str])


class VoiceNames:
    """Knows which voices a chat may choose, and sets one."""

    def __init__(
        self,
        speech: SpeechSynthesizer,
        models: ModelSelector,
        conversations: Conversations,
        preferences: PreferenceWriter,
    ) -> None:
        self._speech = speech
        self._models = models
        self._conversations = conversations
        self._preferences = preferences

    async def offered(self, chat: ChatRef, model: str) -> tuple[str, ...]:
        """Return the voices that `model` is known to have, and those that worked with it in this chat."""
        learned = await self._load_learned(chat, model)
        return tuple(dict.fromkeys((*self._speech.known_voices(model), *learned)))

    async def set(self, context: EventContext, name: str) -> None:
        """Set a voice that is known, or works when it is tried; else say why nothing has changed."""
        if len(name) > _MAX_NAME_LENGTH or not name.isprintable():
            await context.reply("voice.name_wrong", limit=_MAX_NAME_LENGTH)
            return
        await self._preferences.require_permission(context)
        models = await self._models.load(context.incoming.chat, context.models)
        if (model := await models.find("speech")) is None:
            await context.reply("model.none_speech")
            return
        offered = await self.offered(context.incoming.chat, model)
        known = next((voice for voice in offered if voice.casefold() == name.casefold()), None)
        if known or await self._try(context, models, name):
            await self._preferences.set(context, "voice", known or name)
            await context.reply("voice.name_set", voice=known or name, where=describe_scope(context))

    async def _try(self, context: EventContext, models: ChatModels, name: str) -> bool:
        """Try a voice, and say so when it cannot be used."""
        try:
            async with activity_indicator(context.outbox, "recording"):
                trial = self._models.run_with_model(
                    context, models, "speech", lambda model: self._try_with(context, model, name)
                )
                return await run_cancellable(context.job, trial)
        except WanjieError as error:
            _log.warning("a voice could not be tried", error=error)
            await context.reply("voice.untried", voice=name, reason=context.translate(error_key(error)))
            return False

    async def _try_with(self, context: EventContext, model: str, name: str) -> bool:
        if await self._speech.has_voice(model, name, payer=context.payer):
            await self._learn(context, model, name)
            return True
        offered = ", ".join(await self.offered(context.incoming.chat, model))
        await context.reply("voice.name_unknown", model=model, voice=name, offered=offered)
        return False

    async def _learn(self, context: EventContext, model: str, name: str) -> None:
        # In this chat alone: some services take any name, and what people type is nobody else's to read.
        chat = context.incoming.chat
        voices = list(dict.fromkeys((name, *await self._load_learned(chat, model))))[:_MAX_LEARNED]
        await self._conversations.put_note(*_note_of(chat, model), json.dumps(voices, ensure_ascii=False))

    async def _load_learned(self, chat: ChatRef, model: str) -> list[str]:
        place, note = _note_of(chat, model)
        return parse_stored(note, await self._conversations.get_note(place, note), _NAMES.parse) or []


def _note_of(chat: ChatRef, model: str) -> tuple[str, str]:
    """Where the learned voices of a model are kept; all threads of a chat share them."""
    return str(chat.parent), f"voices:{model}"
