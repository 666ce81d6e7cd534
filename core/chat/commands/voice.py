"""`/voice`: how a chat's voice notes sound, and when answers are spoken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from core.chat.context import CommandContext
from core.chat.generation.speech import speed_of
from core.chat.port.menus import Menu, Option
from core.chat.text.half_width import half_width
from core.store import ChatPreferences

from .scope import describe_scope
from .voice_names import offered_voices, set_voice

_MAX_OFFERED = 9
_ROW = 3
_VALUE_BYTES = 48
_SLOWEST, _FASTEST = 0.25, 4.0
_SPEEDS = (0.8, 1.0, 1.25, 1.5)
_LABELS = {"off": "voice.off", "always": "voice.always", "voice": "voice.in_kind"}
_BUTTONS = {"off": "voice.never_aloud", "always": "voice.always_aloud", "voice": "voice.aloud_in_kind"}
_SPEED = re.compile(r"(?:speed(?![^\W\d])|语速|速度)[\s:]*(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_REPLIES = re.compile(r"(?:repl(?:y|ies)\b|回复)[\s:]*(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"(?P<number>\d{1,2}(?:[.,]\d{1,3})?)\s*(?:x|\u00d7|倍|倍速)?", re.IGNORECASE)
_MENU = frozenset({"", "help", "list", "?", "帮助", "列表"})
_DEFAULT = frozenset({"default", "reset", "默认", "恢复默认"})
_WHEN = {
    **dict.fromkeys(("off", "no", "never", "关", "关闭", "从不"), "off"),
    **dict.fromkeys(("always", "on", "yes", "开", "总是", "始终", "一直"), "always"),
    **dict.fromkeys(("voice", "语音"), "voice"),
}


async def choose_voice(context: CommandContext) -> None:
    """Set what the argument says; without one, show what holds in a menu."""
    typed = context.typed.lower()
    if typed in _MENU:
        await _show(context)
    elif typed in _DEFAULT:
        await _reset(context)
    elif found := _SPEED.fullmatch(typed):
        await _set_speed(context, found["value"])
    elif found := _REPLIES.fullmatch(typed):
        await _set_replies(context, found["value"])
    elif typed in _WHEN:
        await _set_replies(context, typed)
    elif _NUMBER.fullmatch(typed):
        await _set_speed(context, typed)
    else:
        await set_voice(context, context.argument)


async def pick_voice(context: CommandContext, value: str) -> None:
    """Set what stands behind a menu entry and show the menu with its new mark."""
    name, _, chosen = value.partition(" ")
    if name == "name":
        await _pick_name(context, chosen)
        return
    if name == "speed" and (speed := read_speed(chosen)):
        await context.set_preference("speed", speed)
    elif name == "replies" and chosen in _LABELS:
        await context.set_preference("voice_replies", chosen)
    else:
        await context.notify_presser("button.over")
        return
    await _show(context)


async def _pick_name(context: CommandContext, name: str) -> None:
    """Set a voice that is offered now; trying another one would keep others who press waiting."""
    model = await context.services.models.model_for(await context.preferences(), "speech")
    if model is None or name not in await offered_voices(context, model):
        await context.notify_presser("button.over")
        return
    await context.set_preference("voice", name)
    await _show(context)


async def _show(context: CommandContext) -> None:
    choices = await context.preferences()
    model = await context.services.models.model_for(choices, "speech")
    if model is None:
        await context.reply("model.none_speech")
    else:
        await context.show_menu(_menu(context, choices, model, await offered_voices(context, model)))


def _menu(context: CommandContext, preferences: ChatPreferences, model: str, voices: Sequence[str]) -> Menu:
    wanted, speed = preferences.voice_replies or "off", speed_of(preferences)
    title = context.translate(
        "voice.title",
        where=describe_scope(context),
        model=model,
        voice=context.services.speech.voice(preferences),
        speed=f"{speed:g}",
        replies=context.translate(_LABELS.get(wanted, "voice.off")),
    )
    replies = tuple(
        Option(context.translate(label), f"replies {when}", current=when == wanted) for when, label in _BUTTONS.items()
    )
    # A row of their own, since what is chosen among them is another thing.
    speeds = tuple(
        Option(context.translate("voice.speed", speed=f"{each:g}"), f"speed {each:g}", current=each == speed)
        for each in _SPEEDS
    )
    return Menu("voice", title, replies, (speeds, *_rows(voices, context.services.speech.voice(preferences))))


def _rows(voices: Sequence[str], current: str) -> Iterator[tuple[Option, ...]]:
    """The voices that fit behind a button, a few beside each other."""
    options = [Option(voice, f"name {voice}", current=voice == current) for voice in voices]
    shown = [option for option in options if len(option.value.encode()) <= _VALUE_BYTES][:_MAX_OFFERED]
    yield from (tuple(shown[start : start + _ROW]) for start in range(0, len(shown), _ROW))


async def _set_speed(context: CommandContext, text: str) -> None:
    speed = read_speed(text)
    if speed is None:
        await context.reply("voice.speed_wrong", slowest=f"{_SLOWEST:g}", fastest=f"{_FASTEST:g}")
        return
    await context.set_preference("speed", speed)
    await context.reply("voice.speed_set", speed=speed, where=describe_scope(context))


async def _set_replies(context: CommandContext, text: str) -> None:
    if (when := _WHEN.get(text.strip().lower())) is None:
        await context.reply("voice.replies_wrong")
        return
    await context.set_preference("voice_replies", when)
    await context.reply("voice.replies_set", replies=context.translate(_LABELS[when]), where=describe_scope(context))


async def _reset(context: CommandContext) -> None:
    """Take every choice back; where the chat around this one chose something, choose the usual against it."""
    chat, around = context.incoming.chat, ChatPreferences()
    if chat.parent != chat:
        around = await context.services.conversations.get_preferences(str(chat.parent))
    await context.set_preference("voice", context.services.speech.voice(ChatPreferences()) if around.voice else None)
    await context.set_preference("speed", "1" if around.speed else None)
    await context.set_preference("voice_replies", "off" if around.voice_replies else None)
    await context.reply(
        "voice.reset", voice=context.services.speech.voice(ChatPreferences()), where=describe_scope(context)
    )


def read_speed(text: str) -> str | None:
    """Read a speed in any spelling; None when it is none."""
    found = _NUMBER.fullmatch(half_width(text).strip())
    speed = float(re.sub(r"\D", ".", found["number"])) if found else 0.0
    return f"{speed:g}" if _SLOWEST <= speed <= _FASTEST else None
