"""Offering to ask a model, to somebody who types a question outside of every chat with the bot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.access import Decision
from core.chat.answer.select_model_or_fallback import ModelSelector
from core.chat.events.access_gate import Access, AccessGate
from core.chat.port.incoming import Incoming
from core.chat.port.platform import Platform
from core.chat.port.question_offer import QuestionOffer
from core.chat.text.translations import Translations
from core.media.visible_text import is_blank
from core.wanjie import WanjieError


class QuestionOffers:
    """Says what may be asked while somebody types; nothing is stored, and no model is asked."""

    def __init__(
        self,
        gate: AccessGate,
        models: ModelSelector,
        translations: Translations,
        platforms: Mapping[str, Platform],
        route: Callable[[Incoming], Incoming],
    ) -> None:
        """`platforms` by the first part of their chat references; it may be filled later. `route` finds commands."""
        self._gate = gate
        self._models = models
        self._translations = translations
        self._platforms = platforms
        self._route = route

    async def find(self, incoming: Incoming) -> QuestionOffer | None:
        """Return the offer for a question of which `incoming` holds what was typed until now.

        Its chat is the sender's private one, whose model and language hold. None for somebody who was blocked. Raises a
        `STORE_ERRORS` error.
        """
        access = await self._gate.check(self._platforms[incoming.chat.platform], incoming)
        if access.decision is Decision.IGNORE:
            return None
        models = await self._models.load(incoming.chat, access.models)
        locale = models.preferences.language or incoming.sender.locale
        try:
            model = await models.find("chat") or ""
        except WanjieError:
            model = ""

        def say(key: str) -> str:
            return self._translations.plain_text(key, locale, model=model)

        refusal = self._find_refusal(access, incoming)
        return QuestionOffer(
            title=say("inline.ask" if model else "inline.ask_any"),
            waiting=say("inline.waiting"),
            again=say("inline.again"),
            refusal=say(refusal) if refusal else "",
        )

    def _find_refusal(self, access: Access, incoming: Incoming) -> str:
        """Return the key of the sentence that says why nothing can be asked; "" where it can."""
        if access.decision is not Decision.ALLOW:
            return "inline.closed"
        if is_blank(incoming.text):
            return "inline.empty"
        return "inline.command" if self._route(incoming).command else ""
