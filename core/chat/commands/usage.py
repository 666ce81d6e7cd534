"""`/usage`: how much was used, today and this month."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from core.chat.checkpoint_fields import USAGE_CHART, USAGE_TABLE
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.port.markdown import Markdown
from core.chat.port.media import Album, Document, Picture
from core.chat.text.format_cost import format_cost
from core.chat.text.limit_sentences import describe_limit_amount
from core.media.decoding.jobs_and_limits import draw_bar_chart, inspect_image
from core.media.decoding.pool import DecoderPool
from core.usage import FeedbackCounters, PeriodName, Subject, UsageCounters, UsageReport, UsedAmount

from .set_preference import PreferenceWriter
from .usage_chart_data import make_chart
from .usage_csv import make_csv

_ALL = frozenset({"all", "全部", "所有"})
_MAX_RATED_MODELS = 20
_DAYS = 30
"""Of the chart and the table."""
_LINE_CHOICES = {
    **dict.fromkeys(("line on", "显示费用", "line 开"), "on"),
    **dict.fromkeys(("line off", "隐藏费用", "line 关"), "off"),
}
"""Whether a line below each answer says what it has used."""
_LINES: dict[Subject, str] = {"person": "used.person", "chat": "used.chat", "all": "used.all"}


class UsageCommand:
    """Shows what people and chats have used."""

    def __init__(
        self,
        counters: UsageCounters,
        feedback: FeedbackCounters,
        report: UsageReport,
        decoders: DecoderPool,
        preferences: PreferenceWriter,
    ) -> None:
        self._counters = counters
        self._feedback = feedback
        self._report = report
        self._decoders = decoders
        self._preferences = preferences

    async def show(self, context: EventContext) -> None:
        """Show the sender's own use and that of a group; with `all` and to admins, that of everybody together."""
        words = context.half_width_argument.lower()
        if words in _ALL:
            await self._show_all(context)
            return
        if words in _LINE_CHOICES:
            await self._preferences.set(context, "cost_line", _LINE_CHOICES[words])
            await context.reply("used.line_on" if _LINE_CHOICES[words] == "on" else "used.line_off")
            return
        lines = [await self._describe(context, "person", context.payer.person)]
        if not context.incoming.direct:
            lines.append(await self._describe(context, "chat", context.payer.chat))
            if context.is_service_admin:
                lines.append(context.translate("used.chat_id", id=context.incoming.access_chat))
        elif context.is_service_admin:
            lines.append(context.translate("used.hint"))
        await context.reply_text("\n\n".join(lines))

    async def _show_all(self, context: EventContext) -> None:
        if not context.is_service_admin:
            await context.reply("admin.only")
        elif not context.incoming.direct:
            await context.reply("admin.direct")
        else:
            parts = [await self._describe(context, "all", ""), *await self._describe_ratings(context)]
            await context.reply_text("\n\n".join(parts))
            await self._post_report(context)

    async def _describe_ratings(self, context: EventContext) -> list[str]:
        """Return what people think of models' answers; nothing where nobody has rated one."""
        rated = (await self._feedback.list())[:_MAX_RATED_MODELS]
        lines = [
            context.translate("used.rating", model=one.model, good=f"{one.good:,}", bad=f"{one.bad:,}") for one in rated
        ]
        return ["\n".join(lines)] if lines else []

    async def _post_report(self, context: EventContext) -> None:
        """Post a chart of the days and models, and a table, each once."""
        if is_posted(context.job, USAGE_TABLE):
            return
        days, models = await self._report.list_days(_DAYS), await self._report.list_models()
        if not is_posted(context.job, USAGE_CHART):
            chart = make_chart(days, models, self._counters.count_name)
            drawn = await self._decoders.run(draw_bar_chart(), chart, person=context.incoming.person)
            info = await self._decoders.run(inspect_image(), drawn.data, person=context.incoming.person)
            alt = context.translate_plainly("used.chart")
            picture = Picture(drawn.data, drawn.mime, info.width, info.height, alt, "usage-chart.png")
            await post_media(context, Album((picture,), context.translate("used.chart")), USAGE_CHART)
        await post_media(context, Document(make_csv(days, models), "usage-table.csv"), USAGE_TABLE)

    async def _describe(self, context: EventContext, subject: Subject, name: str) -> Markdown:
        day, month = await asyncio.gather(
            self._describe_period(context, subject, name, "day"), self._describe_period(context, subject, name, "month")
        )
        return context.translate(_LINES[subject], day=day, month=month)

    async def _describe_period(
        self, context: EventContext, subject: Subject, name: str, period: PeriodName
    ) -> Markdown:
        used = await self._counters.read(subject, name, period)
        text = ", ".join(self._list_counts(context, used)) or context.translate("used.nothing")
        limit = self._counters.find_limit(context.payer, subject, period)
        if limit is not None:
            text += " " + context.translate("used.limit", amount=describe_limit_amount(limit))
        return Markdown(text)

    def _list_counts(self, context: EventContext, used: UsedAmount) -> Iterator[str]:
        amount = used.amount
        if amount.tokens:
            yield context.translate("used.tokens", count=f"{amount.tokens:,}")
        if amount.pictures:
            yield context.translate("used.pictures", count=f"{amount.pictures:,}")
        if amount.characters:
            yield context.translate("used.characters", count=f"{amount.characters:,}")
        if amount.seconds:
            yield context.translate("used.seconds", count=f"{amount.seconds:,}")
        if used.cost:
            yield context.translate("used.cost", cost=format_cost(used.cost))
