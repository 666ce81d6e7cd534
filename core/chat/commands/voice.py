"""`/voice`: how a chat's voice notes sound, and when answers are spoken."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.access import ModelPermissions
from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.delivery.event_context import EventContext
from core.chat.generation.synthesize_speech import SpeechSynthesizer, speed_of
from core.chat.port.incoming import ChatRef
from core.chat.port.menus import Menu, Option
from core.chat.text.normalize_width import to_half_width
from core.store import ChatPreferences, Conversations

from .back_to_settings import add_settings_row
from .offered_voices import VoiceNames
from .preference_scope import describe_scope
from .set_preference import PreferenceWriter

_MAX_VOICES = 9
_ROW_LENGTH = 3
_MAX_VALUE_BYTES = 48
_MIN_SPEED, _MAX_SPEED = 0.25, 4.0
_OFFERED_SPEEDS = (0.8, 1.0, 1.25, 1.5)
_REPLY_LABELS = {"off": "voice.off", "always": "voice.always", "voice": "voice.in_kind"}
_REPLY_BUTTONS = {"off": "voice.never_aloud", "always": "voice.always_aloud", "voice": "voice.aloud_in_kind"}
_SPEED = re.compile(r"(?:speed(?![^\W\d])|语速|速度)[\s:]*(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_REPLIES = re.compile(r"(?:repl(?:y|ies)\b|回复)[\s:]*(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"(?P<number>\d{1,2}(?:[.,]\d{1,3})?)\s*(?:x|\u00d7|倍|倍速)?", re.IGNORECASE)
_MENU_WORDS = frozenset({"", "help", "list", "?", "帮助", "列表"})
_DEFAULT_WORDS = frozenset({"default", "reset", "默认", "恢复默认"})
_REPLY_WORDS = {
    **dict.fromkeys(("off", "no", "never", "关", "关闭", "从不"), "off"),
    **dict.fromkeys(("always", "on", "yes", "开", "总是", "始终", "一直"), "always"),
    **dict.fromkeys(("voice", "语音"), "voice"),
}


class VoiceCommand:
    """Sets how a chat's voice notes sound, and when answers are spoken."""

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
        self._names = VoiceNames(speech, models, conversations, preferences)

    async def choose(self, context: EventContext) -> None:
        """Set what the argument says; without one, show what holds in a menu."""
        argument = context.half_width_argument.lower()
        if argument in _MENU_WORDS:
            await self.show_menu(context)
        elif argument in _DEFAULT_WORDS:
            await self._reset(context)
        elif found := _SPEED.fullmatch(argument):
            await self._set_speed(context, found["value"])
        elif found := _REPLIES.fullmatch(argument):
            await self._set_replies(context, found["value"])
        elif argument in _REPLY_WORDS:
            await self._set_replies(context, argument)
        elif _NUMBER.fullmatch(argument):
            await self._set_speed(context, argument)
        else:
            await self._names.set(context, context.argument)

    async def on_select(self, context: EventContext, value: str) -> None:
        """Set the selected entry and show the menu with its new mark."""
        field, _, selected = value.partition(" ")
        if field == "name" and await self._is_offered(context, selected):
            await self._preferences.set(context, "voice", selected)
        elif field == "speed" and (speed := read_speed(selected)):
            await self._preferences.set(context, "speed", speed)
        elif field == "replies" and selected in _REPLY_LABELS:
            await self._preferences.set(context, "voice_replies", selected)
        else:
            await context.notify_presser("button.over")
            return
        await self.show_menu(context)

    async def _is_offered(self, context: EventContext, voice: str) -> bool:
        """Whether the menu offers a voice now; trying another one would keep other presses waiting."""
        models = await self._models.load(context.incoming.chat, context.models)
        model = await models.find("speech")
        return model is not None and voice in await self._names.offered(context.incoming.chat, model)

    async def show_menu(self, context: EventContext) -> None:
        """Show the voices, speeds and when answers are spoken, with what is chosen."""
        models = await self._models.load(context.incoming.chat, context.models)
        model = await models.find("speech")
        if model is None:
            await context.reply("model.none_speech")
        else:
            voices = await self._names.offered(context.incoming.chat, model)
            voice = self._speech.voice(models.preferences)
            await context.show_menu(add_settings_row(context, _menu(context, models.preferences, model, voice, voices)))

    async def suggest(
        self, chat: ChatRef, text: str, permissions: ModelPermissions, locale: str, most: int
    ) -> tuple[Option, ...]:
        """Return at most `most` voices whose names contain what a reader types; names are in no language."""
        del locale
        models = await self._models.load(chat, permissions)
        model = await models.find("speech")
        voices = await self._names.offered(chat, model) if model else ()
        found = [voice for voice in voices if text.casefold() in voice.casefold()]
        return tuple(_list_voices(found, self._speech.voice(models.preferences)))[:most]

    async def _set_speed(self, context: EventContext, text: str) -> None:
        speed = read_speed(text)
        if speed is None:
            await context.reply("voice.speed_wrong", slowest=f"{_MIN_SPEED:g}", fastest=f"{_MAX_SPEED:g}")
            return
        await self._preferences.set(context, "speed", speed)
        await context.reply("voice.speed_set", speed=speed, where=describe_scope(context))

    async def _set_replies(self, context: EventContext, text: str) -> None:
        if (replies := _REPLY_WORDS.get(text.strip().lower())) is None:
            await context.reply("voice.replies_wrong")
            return
        await self._preferences.set(context, "voice_replies", replies)
        label = context.translate(_REPLY_LABELS[replies])
        await context.reply("voice.replies_set", replies=label, where=describe_scope(context))

    async def _reset(self, context: EventContext) -> None:
        """Clear the preferences for voice; where the chat around this one has some, set the defaults against them."""
        chat, around = context.incoming.chat, ChatPreferences()
        if chat.parent != chat:
            around = await self._conversations.get_preferences(str(chat.parent))
        default_voice = self._speech.voice(ChatPreferences())
        await self._preferences.set(context, "voice", default_voice if around.voice else None)
        await self._preferences.set(context, "speed", "1" if around.speed else None)
        await self._preferences.set(context, "voice_replies", "off" if around.voice_replies else None)
        await context.reply("voice.reset", voice=default_voice, where=describe_scope(context))


def _menu(
    context: EventContext, preferences: ChatPreferences, model: str, current_voice: str, voices: Sequence[str]
) -> Menu:
    current_replies, current_speed = preferences.voice_replies or "off", speed_of(preferences)
    title = context.translate(
        "voice.title",
        where=describe_scope(context),
        model=model,
        voice=current_voice,
        speed=f"{current_speed:g}",
        replies=context.translate(_REPLY_LABELS.get(current_replies, "voice.off")),
    )
    replies = tuple(
        Option(context.translate_plainly(label), f"replies {value}", current=value == current_replies)
        for value, label in _REPLY_BUTTONS.items()
    )
    # Speeds have a row of their own, since they are another preference.
    speeds = tuple(
        Option(
            context.translate_plainly("voice.speed", speed=f"{speed:g}"),
            f"speed {speed:g}",
            current=speed == current_speed,
        )
        for speed in _OFFERED_SPEEDS
    )
    shown = _list_voices(voices, current_voice)
    if len(shown) > _MAX_VOICES and context.outbox.capabilities.searchable_menus:
        return Menu("voice", title, tuple(shown), (replies, speeds))
    rows = (tuple(shown[start : start + _ROW_LENGTH]) for start in range(0, len(shown[:_MAX_VOICES]), _ROW_LENGTH))
    return Menu("voice", title, replies, (speeds, *rows))


def _list_voices(voices: Sequence[str], current: str) -> list[Option]:
    """Return the voices whose names fit behind a button."""
    options = [Option(voice, f"name {voice}", current=voice == current) for voice in voices]
    return [option for option in options if len(option.value.encode()) <= _MAX_VALUE_BYTES]


def read_speed(text: str) -> str | None:
    """Read a speed in any spelling; return None when the text is none."""
    found = _NUMBER.fullmatch(to_half_width(text).strip())
    speed = float(re.sub(r"\D", ".", found["number"])) if found else 0.0
    return f"{speed:g}" if _MIN_SPEED <= speed <= _MAX_SPEED else None
