"""Showing a growing answer: one pump that reads, one writer that shows the newest state.

The pump never waits for the screen and the screen never waits for the pump. Steps in between are cosmetic: what the
rate limits refuse is skipped. The last state of each page is insisted on until it stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import structlog

from core.chat.port.errors import (
    ContentRejectedError,
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
)
from core.chat.port.menus import Button, ShownMessage
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.chat.text.page_breaks import PageSpan, find_break, find_page_end, measure_page
from core.media.visible_text import is_blank

from .answer_buffer import AnswerBuffer, TextChunk
from .checkpoint import DeliveryCheckpoint
from .page_buttons import NO_BUTTONS, PageButtons
from .page_text import PageText
from .retry import retry_until_sent

_log = structlog.get_logger()

_NAP = 0.1
"""Seconds that the pump sleeps after a piece while no step is due anyway."""
_PILED = 0.01
"""Seconds within which pieces that had piled up come out one after the other."""
_SLOWING = 0.3
"""Seconds by which each step in a group comes later after the one before: short answers stay lively there too."""
_WORD_PATIENCE = 20.0
"""Seconds that a page which is due may wait for the end of a word."""


async def deliver(
    stream: AsyncGenerator[TextChunk],
    outbox: Outbox,
    checkpoint: DeliveryCheckpoint,
    *,
    stopped: asyncio.Event,
    group: bool = False,
    whole_answer: bool = True,
    buttons: PageButtons = NO_BUTTONS,
    opening: str = "",
) -> str:
    """Show the pieces of `stream` as one answer, in as many pages as it takes, and return its text without thoughts.

    Begins with the pages that `progress` knows and leaves none that the answer does not need. Returns once the last
    word stands on the screen, or, after `stopped`, with what had come until then, or stood there before if that is
    more. In a `group` the steps slow down. Unless it is a `whole_answer`, whoever takes over asks the model again.
    The last message bears the `keys`. `opening` is the line of a code fence within which the answer begins.

    Raises what `stream` raises (the pages stay in `progress`), `RecipientGoneError` when nobody can read the answer
    any more, `ContentRejectedError` when the platform will never take it, `OwnershipLostError` when another process
    owns the turn.
    """
    text = AnswerBuffer()
    writer = _Writer(text, outbox, checkpoint, buttons, group=group, opening=opening)
    pump = asyncio.create_task(_pump(stream, text, writer))
    pump.add_done_callback(lambda _: text.end())  # also when it was stopped before it began
    stop = asyncio.create_task(_stop(stopped, pump))
    try:
        await writer.follow()
        await asyncio.wait([pump])
        checkpoint.remember_longest(
            text.value, text.thought
        )  # words that came just before a failure were not shown yet
        if not pump.cancelled():
            pump.result()
        elif len(checkpoint.best) > len(text.value):
            text.replace(checkpoint.best, checkpoint.best_thought)
        if whole_answer:
            await checkpoint.save_final(text.value, text.thought)
        await writer.finish()
    finally:
        stop.cancel()
        pump.cancel()
        await asyncio.gather(pump, stop, return_exceptions=True)
    return text.answer


async def _pump(stream: AsyncGenerator[TextChunk], text: AnswerBuffer, writer: _Writer) -> None:
    woken = 0.0
    try:
        async with aclosing(stream):
            async for piece in stream:
                text.add(piece)
                # What piles up during a nap is read at once, which is half the work, and comes without delay after it.
                if writer.rests > _NAP and time.monotonic() - woken > _PILED:
                    await asyncio.sleep(_NAP)
                    woken = time.monotonic()
    finally:
        text.end()


async def _stop(stopped: asyncio.Event, pump: asyncio.Task[None]) -> None:
    await stopped.wait()
    pump.cancel()


class _Writer:
    """Keeps the screen close to the text: pages that are full are finished, the last one is shown as it grows."""

    def __init__(
        self,
        text: AnswerBuffer,
        outbox: Outbox,
        checkpoint: DeliveryCheckpoint,
        buttons: PageButtons,
        *,
        group: bool,
        opening: str,
    ) -> None:
        self._text = text
        self._shown = PageText(text)
        self._buttons = buttons
        self._outbox = outbox
        self._checkpoint = checkpoint
        self._pace = outbox.capabilities.edit_interval
        self._slowest = outbox.capabilities.max_group_edit_interval if group else self._pace
        self._pages = checkpoint.pages or [Page(start=0, opening=opening)]
        self._index = 0
        self._late_buttons = outbox.capabilities.buttons_after_first_step
        self._bare = False
        """The page has had its first step alone, and lacks its buttons for that."""
        self._reached = 0
        self._not_before = 0.0
        self._uneditable = False
        """The page's message takes no more steps; its last state will stand in a new one."""
        self._replaced: list[Page] = []

    @property
    def rests(self) -> float:
        """Seconds until the next step is due."""
        return self._not_before - time.monotonic()

    async def follow(self) -> None:
        """Show the text as it grows, until it has ended."""
        while True:
            await self._text.news.wait()
            self._text.news.clear()
            if await self._pause() or self._text.ended.is_set():
                return
            await self._finish_full_pages()
            await self._step()

    async def finish(self) -> None:
        """Make the last state of every page stand; remove pages that only a former attempt needed."""
        await self._finish_full_pages()
        if not is_blank(body := self._body()):
            buttons = self._buttons.finished(self._text.answer, self._index + 1)
            await self._settle(buttons)
            self._checkpoint.last_message = ShownMessage(self._page, body, self._shown.folded(self._page), buttons)
            self._index += 1
        for page in [*self._replaced, *self._pages[self._index :]]:
            found = await retry_until_sent(lambda page=page: self._recovered(page))
            if found.message_id:
                await self._remove(found)
        await self._save(self._pages[: self._index])

    @property
    def _page(self) -> Page:
        return self._pages[self._index]

    async def _pause(self) -> bool:
        """Keep the pace; True when the text ended meanwhile."""
        if self.rests <= 0:
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.rests):
                await self._text.ended.wait()
        return self._text.ended.is_set()

    async def _finish_full_pages(self) -> None:
        while (end := self._end_of_page()) is not None:
            opening = self._shown.carry(self._page, end, self._room().stop)
            following = replace(self._following or Page(start=end), start=end, opening=opening)
            self._pages[self._index : self._index + 2] = [replace(self._page, end=end), following]
            await self._settle()
            self._index += 1
            self._uneditable = False
            self._reached = end

    @property
    def _following(self) -> Page | None:
        return self._pages[self._index + 1] if self._index + 1 < len(self._pages) else None

    def _end_of_page(self) -> int | None:
        page, text = self._page, self._text.value
        end = find_page_end(text, self._room(), self._text.thought)
        most = self._outbox.capabilities.max_page_age
        if end is None and most is not None and page.opened_at and time.time() - page.opened_at > most:
            sure = max(self._reached, page.start + 1)
            found = find_break(text, sure, len(text), self._text.thought)
            overdue = time.time() - page.opened_at > most + _WORD_PATIENCE
            return found if found < len(text) or overdue else None
        return end

    def _room(self) -> PageSpan:
        return measure_page(
            self._text.value, self._page.start, self._outbox.capabilities.page_limit, self._page.opening
        )

    async def _step(self) -> None:
        reach = self._room().sure  # what follows may belong to the next page, and some screens cannot take words back
        body = self._body(reach)
        longer = len(body) > self._page.length  # an adopted page does not shrink while it is rewritten
        if is_blank(body) or not (longer or self._bare) or self._uneditable:
            return
        self._not_before = time.monotonic() + self._pace
        try:
            await self._show(body, final=False, buttons=self._buttons.growing)
            if not self._page.message_id:  # all of it was held back, so what comes next is still the first step
                self._not_before = time.monotonic() + _NAP
                return
            self._pace = min(self._pace + _SLOWING, self._slowest)
            self._reached = reach
        except RateLimitedError as error:
            self._not_before = time.monotonic() + error.retry_after
            self._text.news.set()  # there is text to show, whether or not more comes
        except (PlatformUnreachableError, ContentRejectedError) as error:
            self._uneditable = isinstance(error, UneditableError)
            _log.warning("a step was skipped", error=str(error))

    async def _settle(self, buttons: tuple[Button, ...] = ()) -> None:
        body = self._body()
        try:
            await self._insist_on(body, buttons)
        except OutboxError:
            _log.warning("a page could not be finished", characters=len(body), page=self._index)
            raise

    async def _insist_on(self, body: str, buttons: tuple[Button, ...]) -> None:
        """Show the page's last state, in a new message where the old one takes no change."""

        async def show() -> None:
            await self._show(body, final=True, buttons=buttons)

        try:
            await retry_until_sent(show)
        except UneditableError as error:
            self._replace(error)
            await retry_until_sent(show)

    def _replace(self, error: UneditableError) -> None:
        """Let the page begin anew; the old message goes when all pages stand."""
        old = self._page
        if not old.message_id:
            raise error
        _log.warning("a message takes no change, another is posted", reason=str(error), page=self._index)
        self._replaced.append(old)
        self._pages[self._index] = Page(old.start, old.end, old.opening)

    async def _show(self, body: str, *, final: bool, buttons: tuple[Button, ...]) -> None:
        await self._begin()
        folded = min(self._shown.folded(self._page), len(body))
        try:
            page = await self._outbox.update_page(self._page, body, final=final, folded=folded, buttons=buttons)
        except (RateLimitedError, ContentRejectedError, RecipientGoneError):
            self._pages[self._index] = replace(self._page, sending=False)
            if not self._page.message_id:
                await self._save(self._pages)  # or the next attempt would look for what was never sent
            raise
        new = not self._page.message_id
        if not page.message_id:
            page = replace(page, sending=False)
        elif new and not page.opened_at:
            page = replace(page, opened_at=time.time())
        self._pages[self._index] = replace(page, length=len(body))
        self._bare = new and not final and bool(buttons and page.message_id) and self._late_buttons
        if self._bare:
            self._text.news.set()  # they are wanted most when nothing more comes for long
        if new:
            await self._save(self._pages)

    async def _begin(self) -> None:
        """Write down what is about to be shown; look for a first step of which nobody knows whether it landed."""
        page = await self._recovered(self._page)
        if not page.message_id:
            page = replace(page, sending=True, after=self._outbox.position_marker())
        self._pages[self._index] = page
        await self._save(self._pages)

    async def _recovered(self, page: Page) -> Page:
        return await self._outbox.find_lost_message(page) if page.sending and not page.message_id else page

    def _body(self, reach: int | None = None) -> str:
        return self._shown.body(self._page, self._following, reach)

    async def _remove(self, page: Page) -> None:
        try:
            await retry_until_sent(lambda: self._outbox.delete_page(page))
        except (RecipientGoneError, ContentRejectedError) as error:
            _log.warning("a page that is not needed could not be removed", error=str(error))

    async def _save(self, pages: list[Page]) -> None:
        await self._checkpoint.save(pages, self._text.value, self._text.thought)
