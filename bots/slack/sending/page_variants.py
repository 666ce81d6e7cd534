"""Send a page of an answer in the first variant that Slack accepts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from bots.slack.api.missing_features import Features
from bots.slack.blocks.message_content import RATING_BLOCK, MessageContent, RenderedPage, page_variants
from core.chat.port.errors import ContentRejectedError, UneditableError
from core.chat.port.menus import Button
from core.chat.port.page import Page

_log = structlog.get_logger()
_Result = TypeVar("_Result")


class PageVariants:
    """The variants of the pages of one answer; the blocks that a workspace turned out to lack are left out."""

    def __init__(self, features: Features, channel: str) -> None:
        self._features = features
        self._channel = channel
        self._rejected: set[tuple[int, tuple[str, ...]]] = set()
        """Starts of pages, each with the block types that Slack has refused there; they are not tried again."""

    def list(self, body: RenderedPage, buttons: Sequence[Button]) -> list[MessageContent]:
        """Return the variants of a page, the best first, plain text last."""
        features = self._features
        cards, ratings = features.cards.is_available(self._channel), features.ratings.is_available(self._channel)
        return page_variants(body, buttons, cards=cards, ratings=ratings)

    async def send_best(
        self, page: Page, variants: Sequence[MessageContent], show: Callable[[MessageContent], Awaitable[_Result]]
    ) -> _Result:
        """Send the first variant that Slack accepts, and remember the refused ones.

        If the next variant, the same with plain buttons, is accepted, the workspace lacks Slack's own for ratings.
        """
        *better, last = variants
        refused_ratings = False
        for variant in better:
            if (page.start, variant.block_types) in self._rejected:
                continue
            try:
                shown = await show(variant)
            except UneditableError:
                raise  # it does not depend on the variant
            except ContentRejectedError as error:
                _log.warning("Slack refused a message's blocks", reason=error)
                refused_ratings = RATING_BLOCK in variant.block_types
                self._note_refusal(page, variant, error)
            else:
                if refused_ratings:
                    self._features.ratings.disable()
                return shown
        return await show(last)

    def _note_refusal(self, page: Page, variant: MessageContent, error: ContentRejectedError) -> None:
        has_cards = variant.block_types[0] == "task_card" and RATING_BLOCK not in variant.block_types
        if has_cards and str(error) == "invalid_blocks":
            self._features.cards.disable()
        else:
            self._rejected.add((page.start, variant.block_types))
