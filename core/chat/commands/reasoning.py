"""`/reasoning`: how much of a model's thinking is shown."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.answer.reasoning_filter import ReasoningDisplay
from core.chat.context import CommandContext
from core.chat.port.menus import Menu, Option

from .scope import describe_scope

_WORDS: Mapping[str, ReasoningDisplay] = {
    **dict.fromkeys(("off", "hide", "no", "none", "关闭", "关", "隐藏"), "off"),
    **dict.fromkeys(("fold", "folded", "short", "折叠", "默认", "default"), "fold"),
    **dict.fromkeys(("full", "all", "on", "全部", "完整", "开"), "full"),
}
_LABEL: Mapping[ReasoningDisplay, str] = {
    "off": "reasoning.label_off",
    "fold": "reasoning.label_fold",
    "full": "reasoning.label_full",
}
_SET: Mapping[ReasoningDisplay, str] = {
    "off": "reasoning.set_off",
    "fold": "reasoning.set_fold",
    "full": "reasoning.set_full",
}


async def choose_reasoning(context: CommandContext) -> None:
    """Set how much is shown; without a word, show a menu."""
    showing = _WORDS.get(context.typed.casefold())
    if showing:
        await _set(context, showing)
        await context.reply(_SET[showing], where=describe_scope(context))
    else:
        await context.show_menu(await _menu(context))


async def pick_reasoning(context: CommandContext, value: str) -> None:
    """Set what was picked and show the menu with its new mark."""
    if showing := _WORDS.get(value):
        await _set(context, showing)
    await context.show_menu(await _menu(context))


async def _set(context: CommandContext, showing: ReasoningDisplay) -> None:
    # The default is written down as well: a thread may want it where the channel around it wants something else.
    await context.set_preference("reasoning", showing)


async def _menu(context: CommandContext) -> Menu:
    now = (await context.preferences()).reasoning or "fold"
    options = tuple(Option(context.translate(key), showing, current=showing == now) for showing, key in _LABEL.items())
    return Menu("reasoning", context.translate("reasoning.title", where=describe_scope(context)), options)
