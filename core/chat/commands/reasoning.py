"""`/reasoning`: how much of a model's thinking is shown."""

from __future__ import annotations

from collections.abc import Mapping

from core.chat.answer.reasoning_filter import Showing
from core.chat.context import Call
from core.chat.port.menus import Menu, Option

from .scope import where

_WORDS: Mapping[str, Showing] = {
    **dict.fromkeys(("off", "hide", "no", "none", "关闭", "关", "隐藏"), "off"),
    **dict.fromkeys(("fold", "folded", "short", "折叠", "默认", "default"), "fold"),
    **dict.fromkeys(("full", "all", "on", "全部", "完整", "开"), "full"),
}
_LABEL: Mapping[Showing, str] = {
    "off": "reasoning.label_off",
    "fold": "reasoning.label_fold",
    "full": "reasoning.label_full",
}
_SET: Mapping[Showing, str] = {
    "off": "reasoning.set_off",
    "fold": "reasoning.set_fold",
    "full": "reasoning.set_full",
}


async def choose_reasoning(call: Call) -> None:
    """Set how much is shown; without a word, show a menu."""
    showing = _WORDS.get(call.typed.casefold())
    if showing:
        await _set(call, showing)
        await call.say(_SET[showing], where=where(call))
    else:
        await call.choose(await _menu(call))


async def pick_reasoning(call: Call, value: str) -> None:
    """Set what was picked and show the menu with its new mark."""
    if showing := _WORDS.get(value):
        await _set(call, showing)
    await call.choose(await _menu(call))


async def _set(call: Call, showing: Showing) -> None:
    # The default is written down as well: a thread may want it where the channel around it wants something else.
    await call.settle("reasoning", showing)


async def _menu(call: Call) -> Menu:
    now = (await call.choices()).reasoning or "fold"
    options = tuple(Option(call.phrase(key), showing, current=showing == now) for showing, key in _LABEL.items())
    return Menu("reasoning", call.phrase("reasoning.title", where=where(call)), options)
