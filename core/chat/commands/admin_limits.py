"""`/admin limits`: admins see and set limits of use, for roles, people and chats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from core.access import AccessRegister
from core.chat.delivery.event_context import EventContext
from core.chat.port.markdown import Markdown, format_code
from core.chat.text.limit_sentences import describe_limit_amount
from core.usage import (
    CHATS,
    EVERYBODY,
    Limit,
    PeriodName,
    UsageCounters,
    find_subject,
    format_rule,
    list_limit_rules,
    name_limit_rule,
    parse_amount,
)

from .admin_models import AUDIENCE_LABELS, AUDIENCE_WORDS, DEFAULT_WORDS
from .set_rule import set_rule

_WHO_WORDS: Mapping[str, str] = {
    **AUDIENCE_WORDS,
    **dict.fromkeys(("chats", "groups", "聊天", "群组"), CHATS),
    **dict.fromkeys(("all", "everybody", "所有人", "全部"), EVERYBODY),
}
_WHO_LABELS: Mapping[str, str] = {
    **AUDIENCE_LABELS,
    CHATS: "admin.each_chat",
    EVERYBODY: "admin.everybody",
}
_DEFAULT_LABELS: Mapping[str, str] = {
    "person": "admin.each_person",
    "chat": "admin.each_chat",
    "all": "admin.everybody",
}
_ID = re.compile(r"[a-z]{1,8}(?::[^\s:,]{1,64}){1,2}", re.IGNORECASE)
_PERIOD_WORDS: Mapping[str, PeriodName] = {
    **dict.fromkeys(("minute", "每分钟", "分钟"), "minute"),
    **dict.fromkeys(("day", "每天", "每日", "天", "日"), "day"),
    **dict.fromkeys(("month", "每月", "月"), "month"),
}
_PERIOD_LABELS: Mapping[PeriodName, str] = {
    "minute": "admin.a_minute",
    "day": "admin.a_day",
    "month": "admin.a_month",
}
_UNLIMITED_WORDS = frozenset({"off", "none", "unlimited", "不限", "无限"})
_MAX_SHOWN = 60


class LimitRules:
    """Shows and changes the rules about limits."""

    def __init__(self, register: AccessRegister, counters: UsageCounters) -> None:
        self._register = register
        self._counters = counters

    async def run(self, context: EventContext, words: Sequence[str]) -> None:
        """Set the limit that the words name, and show what holds then."""
        if not words:
            await self._show(context)
            return
        who = _WHO_WORDS.get(words[0].lower()) or (words[0] if _ID.fullmatch(words[0]) else None)
        period = _PERIOD_WORDS.get(words[1].lower()) if len(words) > 1 else None
        text = self._read_amount(" ".join(words[2:]).lower(), period)
        if who is None or period is None or text is None or (period == "minute" and find_subject(who) != "person"):
            await context.reply("admin.limits_usage")
        elif await set_rule(self._register, context, name_limit_rule(who, period), text):
            await self._show(context)

    def _read_amount(self, words: str, period: PeriodName | None) -> str | None:
        """Return the rule's text for an amount, "" for the settings' own; None for what is no amount."""
        if words in DEFAULT_WORDS:
            return ""
        if words in _UNLIMITED_WORDS:
            return format_rule(None, "tokens")
        if period == "minute":
            return format_rule(int(words), "questions") if re.fullmatch(r"[1-9]\d{0,5}", words) else None
        found = parse_amount(words, default=self._counters.count_name)
        if found is None or (found[1] == "cost" and self._counters.count_name != "cost"):
            return None  # without prices everything costs nothing
        return format_rule(*found)

    async def _show(self, context: EventContext) -> None:
        rules = await self._register.read_rules()
        lines = [*self._describe_settings(context), *_describe_rules(context, rules.texts)]
        shown = lines[:_MAX_SHOWN] or [context.translate("admin.no_limits")]
        await context.reply_text("\n".join([*shown, "", context.translate("admin.limits_usage")]))

    def _describe_settings(self, context: EventContext) -> Iterator[Markdown]:
        for limit in self._counters.limits:
            label = context.translate(_DEFAULT_LABELS[limit.subject])
            yield _describe(context, "admin.limits_setting", label, limit.period, limit)


def _describe_rules(context: EventContext, rules: Mapping[str, str]) -> Iterator[Markdown]:
    for who, period, limit in list_limit_rules(rules):
        label = context.translate(_WHO_LABELS[who]) if who in _WHO_LABELS else format_code(who)
        yield _describe(context, "admin.limits_entry", label, period, limit)


def _describe(context: EventContext, key: str, who: Markdown, period: PeriodName, limit: Limit | None) -> Markdown:
    period_label = context.translate(_PERIOD_LABELS[period])
    return context.translate(key, who=who, period=period_label, amount=_describe_amount(context, limit))


def _describe_amount(context: EventContext, limit: Limit | None) -> Markdown | str:
    if limit is None:
        return context.translate("admin.unlimited")
    if limit.count == "questions":
        return context.translate("admin.questions", count=limit.most)
    return describe_limit_amount(limit)
