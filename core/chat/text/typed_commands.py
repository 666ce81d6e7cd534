# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""Commands as people type them: behind `/` or `!` of any width, in English or Chinese; pure.

It knows no command but by name, so that platforms can tell a command from other words before anything is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .bot_mention import cut_separators
from .half_width import half_width

CHINESE_NAMES: Mapping[str, tuple[str, ...]] = {
    "start": ("开始", "开始使用", "開始"),
    "help": ("帮助", "幫助", "命令", "指令", "说明", "使用说明", "菜单"),
    "model": ("模型", "换模型", "切换模型", "选择模型", "选模型", "換模型", "切換模型"),
    "imagine": ("画", "画图", "画画", "绘图", "绘画", "作图", "生图", "生成图片", "畫", "畫圖", "繪圖"),
    "speak": ("朗读", "念", "读", "播报", "念出来", "读出来", "朗讀", "讀"),
    "voice": ("语音", "音色", "声音", "嗓音", "语音设置", "語音", "聲音"),
    "reasoning": ("思考", "推理", "思考过程", "思考過程"),
    "system": ("设定", "系统", "角色", "人设", "系统提示", "系统提示词", "提示词", "設定", "系統"),
    "new": (
        "新对话",
        "新会话",
        "新话题",
        "新建",
        "新建对话",
        "清空",
        "清除",
        "重置",
        "重新开始",
        "新對話",
        "清空上下文",
    ),
    "stop": ("停止", "停", "停下", "取消", "中止", "终止", "停止生成"),
    "retry": ("重试", "重答", "重新回答", "重新生成", "再试一次", "再来一次", "重試"),
    "continue": ("继续", "接着写", "接着说", "继续写", "继续说", "繼續"),
}
"""By each command's own name: what a Chinese speaker would try, in traditional characters as well."""

_BY_CHINESE = {chinese: name for name, every in CHINESE_NAMES.items() for chinese in every}
_LONGEST_FIRST = sorted(_BY_CHINESE, key=len, reverse=True)
_RUNS_ON = frozenset({"model", "imagine", "speak", "voice"})
"""Chinese needs no blank before what is to be drawn, spoken or chosen: `/画一只猫`."""
_UNSEEN = r"[\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
"""What may stand unseen in front: marks of direction, say, that a keyboard or a copied text brings along."""
_NAME = re.compile(rf"{_UNSEEN}(?P<sign>[/!])(?P<name>[A-Za-z0-9_]{{1,64}})")
_SIGN = re.compile(rf"{_UNSEEN}(?P<sign>[/!])")
_FORMATTED = re.compile(r"\s*(?P<marks>[*_~`]+)(?P<words>[^*_~`\n]+)(?P=marks)\s*")
_WORD = re.compile(
    r"\s*(?P<word>[^\s:：.。!！?？~～…]+)(?:(?P<colon>\s*[:：])|[.。!！~～…]+(?=\s*\Z)|(?=\s|\Z))(?P<rest>.*)",
    re.DOTALL,
)
"""A word, and what follows behind a blank or a colon; if nothing does, it may end with a mark."""
_OF_BOT = re.compile(r"@(?P<bot>[A-Za-z0-9_]{3,32})")
_ENDS = re.compile(r"(?![\w/<>@]|[-.]\w)")
"""Where a name is over, as Telegram itself sees it; paths, addresses and compounds (`/new-feature`) are no commands."""


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A command as it was typed."""

    sign: str
    """`/` or `!`."""
    name: str
    """The command's own name for a Chinese one; else what stood there, in lower case, whether or not it is known."""
    argument: str
    """What follows, as it was typed."""
    bot: str = ""
    """The account that it was addressed to, as in `/new@some_bot`; "" for none."""


def read_command(text: str) -> TypedCommand | None:
    """Read the command with which `text` begins, behind a sign; None when it begins otherwise."""
    plain = half_width(text)
    return _read_latin(text, plain) or _read_chinese(text, plain)


def read_name(text: str) -> tuple[str, str, bool]:
    """Read the word with which `text` begins, what follows it, and whether a colon stands between them."""
    found = _WORD.fullmatch(text)
    return (found["word"], found["rest"].strip(), bool(found["colon"])) if found else ("", "", False)


def unformatted(text: str) -> str:
    """Take away what a command brings along when it is copied from a message that shows it: `` `!model` ``."""
    found = _FORMATTED.fullmatch(text)
    return found["words"] if found else text


def own_name(word: str) -> str:
    """Return the command's own name for a Chinese one; any other word comes back in lower case and half width."""
    plain = half_width(word).lower()
    return _BY_CHINESE.get(plain, plain)


def is_chinese(word: str) -> bool:
    """Whether `word` is a command's Chinese name."""
    return word in _BY_CHINESE


def _read_latin(text: str, plain: str) -> TypedCommand | None:
    found = _NAME.match(plain)
    if found is None:
        return None
    bot = _OF_BOT.match(plain, found.end())
    end = bot.end() if bot else found.end()
    return _typed(text, found["sign"], found["name"].lower(), end, bot) if _ENDS.match(plain, end) else None


def _read_chinese(text: str, plain: str) -> TypedCommand | None:
    sign = _SIGN.match(plain)
    chinese = sign and next((name for name in _LONGEST_FIRST if plain.startswith(name, sign.end())), None)
    if not sign or not chinese:
        return None
    bot = _OF_BOT.match(plain, sign.end() + len(chinese))
    end = bot.end() if bot else sign.end() + len(chinese)
    name = _BY_CHINESE[chinese]
    return _typed(text, sign["sign"], name, end, bot) if name in _RUNS_ON or _ENDS.match(plain, end) else None


def _typed(text: str, sign: str, name: str, end: int, bot: re.Match[str] | None) -> TypedCommand:
    rest = text[end:]
    argument = cut_separators(rest).strip()
    if not argument and rest[:1].isspace():
        argument = rest.strip()  # marks alone are what somebody wants to have spoken, say
    return TypedCommand(sign, name, argument, bot["bot"] if bot else "")
