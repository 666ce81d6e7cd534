"""`/admin models`: admins see and decide who may use which models, and which ones are the default."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.access import (
    ANY_MODEL,
    AUDIENCES,
    OFF_RULE,
    AccessRegister,
    Audience,
    ModelPermissions,
    ModelPolicy,
    Rules,
    name_default_rule,
    name_models_rule,
)
from core.chat.delivery.event_context import EventContext
from core.chat.port.markdown import Markdown, format_code
from core.wanjie import Catalog, ModelNameError

from .set_rule import set_rule

AUDIENCE_WORDS: Mapping[str, Audience] = {
    **{audience: audience for audience in AUDIENCES},
    "管理员": "admins",
    "成员": "members",
    "其他人": "others",
}
AUDIENCE_LABELS: Mapping[Audience, str] = {
    "admins": "admin.audience_admins",
    "members": "admin.audience_members",
    "others": "admin.audience_others",
}
DEFAULT_WORDS = frozenset({"default", "默认"})
_ALL_WORDS = frozenset({"all", "全部", "所有"})
_OFF_WORDS, _ON_WORDS = frozenset({"off", "关闭"}), frozenset({"on", "打开"})
_DEFAULT_LABELS = {
    "chat": "admin.models_default_chat",
    "speech": "admin.models_default_speech",
    "image": "admin.models_default_image",
}
_PATTERN = re.compile(r"[\w.:/@+*?\[\]!-]{1,100}")
_MAX_PATTERNS = 50


class ModelRules:
    """Shows and changes the rules about models."""

    def __init__(self, register: AccessRegister, policy: ModelPolicy, catalog: Catalog) -> None:
        self._register = register
        self._policy = policy
        self._catalog = catalog

    async def run(self, context: EventContext, words: Sequence[str]) -> None:
        """Make the change that the words ask for, and show what holds then."""
        first = words[0].lower() if words else ""
        rest = [part for word in words[1:] for part in word.split(",") if part]
        if not rest:
            await self._show(context)
        elif first in AUDIENCE_WORDS:
            await self._allow(context, AUDIENCE_WORDS[first], rest)
        elif first in _OFF_WORDS | _ON_WORDS:
            await self._switch(context, rest, off=first in _OFF_WORDS)
        elif first in DEFAULT_WORDS:
            await self._set_default(context, rest)
        else:
            await context.reply("admin.models_usage")

    async def _allow(self, context: EventContext, audience: Audience, words: Sequence[str]) -> None:
        if words[0].lower() in DEFAULT_WORDS:
            patterns: Sequence[str] = ()
        else:
            patterns = (ANY_MODEL,) if words[0].lower() in _ALL_WORDS else words
        await self._set_patterns(context, name_models_rule(audience), patterns)

    async def _switch(self, context: EventContext, words: Sequence[str], *, off: bool) -> None:
        before = (await self._register.read_rules()).list_words(OFF_RULE)
        kept = [pattern for pattern in before if pattern not in words]
        await self._set_patterns(context, OFF_RULE, [*kept, *words] if off else kept)

    async def _set_patterns(self, context: EventContext, rule: str, patterns: Sequence[str]) -> None:
        if len(patterns) > _MAX_PATTERNS or not all(map(_PATTERN.fullmatch, patterns)):
            await context.reply("admin.models_usage")
        elif await set_rule(self._register, context, rule, ",".join(dict.fromkeys(patterns))):
            await self._show(context)

    async def _set_default(self, context: EventContext, words: Sequence[str]) -> None:
        """Set the model for chats that have chosen none; with the name of a kind first, remove it again."""
        kind = words[0].lower()
        if kind in _DEFAULT_LABELS and len(words) > 1:
            model = ""
        else:
            try:
                found = await self._catalog.resolve(" ".join(words))
            except ModelNameError:
                await context.reply("model.unknown", name=" ".join(words)[:100])
                return
            kind, model = found.kind, found.id
        if kind not in _DEFAULT_LABELS:
            await context.reply("admin.models_usage")
        elif await set_rule(self._register, context, name_default_rule(kind), model):
            await self._show(context)

    async def _show(self, context: EventContext) -> None:
        rules = await self._register.read_rules()
        ids = [model.id for model in await self._catalog.list_models() if model.kind != "other"]
        lines = [self._describe_audience(context, rules, audience, ids) for audience in AUDIENCES]
        if off := rules.list_words(OFF_RULE):
            lines.append(context.translate("admin.models_off", patterns=_format(off)))
        lines += [
            context.translate(key, model=model)
            for kind, key in _DEFAULT_LABELS.items()
            if (model := rules.texts.get(name_default_rule(kind)))
        ]
        await context.reply_text("\n".join(lines) + "\n\n" + context.translate("admin.models_usage"))

    def _describe_audience(
        self, context: EventContext, rules: Rules, audience: Audience, ids: Sequence[str]
    ) -> Markdown:
        allowed = self._policy.list_allowed(rules, audience)
        permissions = ModelPermissions(allowed, rules.list_words(OFF_RULE))
        return context.translate(
            "admin.models_entry",
            audience=context.translate(AUDIENCE_LABELS[audience]),
            patterns=_format(allowed),
            number=sum(map(permissions.allows, ids)),
            total=len(ids),
        )


def _format(patterns: Sequence[str]) -> Markdown:
    return Markdown(", ").join(format_code(pattern) for pattern in patterns)
