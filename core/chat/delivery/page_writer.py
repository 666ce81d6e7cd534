"""Writing a growing answer into pages: full pages are finished, the last page is updated as it grows."""

from __future__ import annotations

import asyncio
import contextlib
import time
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
from core.chat.port.retry_platform_calls import run_with_retries
from core.chat.text.has_words import has_words
from core.chat.text.page_breaks import PageSpan, find_break, find_page_end, measure_page
from core.media.visible_text import is_blank
from core.wanjie import ReadingPace

from .answer_buffer import AnswerBuffer
from .answer_buttons import PageButtons
from .delivery_checkpoint import DeliveryCheckpoint
from .fewer_steps_under_load import OverloadBackoff
from .measure_answer import AnswerMeasurement
from .page_text import PageText
from .write_ahead import find_if_lost, write_ahead

_log = structlog.get_logger()

_HELD_BACK_DELAY = 0.02
"""Seconds until the next update where the platform's formatting has held back the whole first one."""
_GROUP_INTERVAL_INCREMENT = 0.3
"""Seconds by which the interval grows with each update in a group: short answers stay lively there, too."""
_PREVIEW_SAVE_INTERVAL = 2.0
"""Seconds for which one checkpoint covers previews. It saves nothing that they need, but a process that was paused for
longer proves that the job is still its own before it shows more."""
_WORD_END_TIMEOUT = 20.0
"""Seconds that a page which is too old may wait for the end of a word."""


class PageWriter:
    """Keeps the messages of one answer close to its text."""

    def __init__(
        self,
        buffer: AnswerBuffer,
        outbox: Outbox,
        checkpoint: DeliveryCheckpoint,
        buttons: PageButtons,
        pace: ReadingPace,
        backoff: OverloadBackoff,
        measurement: AnswerMeasurement | None,
        *,
        group: bool,
        opening: str,
    ) -> None:
        self._buffer = buffer
        self._page_text = PageText(buffer)
        self._buttons = buttons
        self._outbox = outbox
        self._checkpoint = checkpoint
        self._measurement = measurement
        self._interval = outbox.capabilities.edit_interval
        self._max_interval = outbox.capabilities.max_group_edit_interval if group else self._interval
        self._pages = checkpoint.pages or [Page(start=0, opening=opening)]
        self._index = 0
        self._lacks_buttons = False
        """The page has had its first update alone, since the platform adds buttons afterwards."""
        self._shown_end = 0
        self._pace = pace
        self._pace.needed_at = 0.0
        self._backoff = backoff
        self._is_uneditable = False
        """The page's message takes no more updates; its last state will be posted in a new one."""
        self._replaced: list[Page] = []

    async def follow(self) -> None:
        """Show the text as it grows, until it has ended."""
        while True:
            await self._buffer.changed.wait()
            self._buffer.changed.clear()
            await self._wait_until_due()
            if self._buffer.ended.is_set():
                return
            await self._finish_full_pages()
            await self._update()

    async def save_whole_text(self) -> None:
        """Save the text, which has ended, so that whoever takes over only has to show it."""
        await self._checkpoint.save_final(self._buffer.current, self._pages)

    async def finish(self) -> None:
        """Show the last state of every page; delete the pages that only a former attempt needed."""
        await self._finish_full_pages()
        if not is_blank(body := self._cut_body()):
            buttons = self._buttons.finished(self._buffer.current.answer, self._index + 1)
            await self._finish_page(buttons)
            folded = self._page_text.count_folded(self._page)
            self._checkpoint.last_message = ShownMessage(self._page, body, folded, buttons)
            self._index += 1
        for page in [*self._replaced, *self._pages[self._index :]]:
            await self._delete(page)
        await self._save(self._pages[: self._index])

    @property
    def _page(self) -> Page:
        return self._pages[self._index]

    @property
    def _following_page(self) -> Page | None:
        return self._pages[self._index + 1] if self._index + 1 < len(self._pages) else None

    async def _wait_until_due(self) -> None:
        """Return when the next update is due, or when the text has ended."""
        if (seconds := self._pace.needed_at - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._buffer.ended.wait()
                    return
            self._backoff.note(time.monotonic() - self._pace.needed_at)

    async def _finish_full_pages(self) -> None:
        while (end := self._find_end()) is not None:
            await asyncio.sleep(0)  # what a model writes to be hard to read takes 50 ms here, and in each step below
            stop = self._measure().stop
            await asyncio.sleep(0)
            begun = self._page_text.find_begun_spans(self._page, end, stop)
            await asyncio.sleep(0)
            opening = self._page_text.find_next_opening(self._page, end, stop, begun)
            following = replace(self._following_page or Page(start=end), start=end, opening=opening)
            self._pages[self._index : self._index + 2] = [replace(self._page, end=end), following]
            await self._finish_page()
            self._index += 1
            self._is_uneditable = False
            self._shown_end = end

    def _find_end(self) -> int | None:
        """Find where the page ends since it is full or too old; None while it may grow."""
        page, current = self._page, self._buffer.current
        end = find_page_end(current.text, self._measure(), current.reasoning_length)
        max_age = self._outbox.capabilities.max_page_age
        if end is not None or max_age is None or not page.opened_at:
            return end
        age = time.time() - page.opened_at
        if age <= max_age:
            return None
        sure = max(self._shown_end, page.start + 1)
        found = find_break(current.text, sure, len(current.text), current.reasoning_length)
        return found if found < len(current.text) or age > max_age + _WORD_END_TIMEOUT else None

    def _measure(self) -> PageSpan:
        limit = self._outbox.capabilities.page_limit
        return measure_page(self._buffer.current.text, self._page.start, limit, self._page.opening)

    def _cut_body(self, end: int | None = None) -> str:
        return self._page_text.cut_body(self._page, self._following_page, end)

    async def _update(self) -> None:
        """Show what surely belongs to the page; later text may move to the next one, and some screens only append."""
        end = self._measure().sure
        body = self._cut_body(end)
        is_longer = len(body) > self._page.length  # an adopted page does not shrink while it is rewritten
        if is_blank(body) or not (is_longer or self._lacks_buttons) or self._is_uneditable:
            return
        if not (self._page.message_id or self._page.previewed or has_words(body)):
            return
        if delay := self._outbox.get_step_delay(self._page):
            self._postpone_update(delay)
            return
        is_preview = self._outbox.previews(self._page)
        interval = self._outbox.capabilities.preview_interval if is_preview else self._interval
        self._plan_update(interval)
        self._pace.stretch(self._backoff.factor)
        try:
            if is_preview:
                await self._show_preview(body)
                self._shown_end = end
                return
            await self._show(body, final=False, buttons=self._buttons.growing)
            if not self._page.message_id:  # all of it was held back, so the next update is still the first one
                self._pace.needed_at = time.monotonic() + _HELD_BACK_DELAY
                return
            self._plan_update(interval)  # again: the next call arrives as much later, however long this one took
            self._interval = min(self._interval + _GROUP_INTERVAL_INCREMENT, self._max_interval)
            self._shown_end = end
        except RateLimitedError as error:
            self._postpone_update(error.retry_after)
        except PlatformUnreachableError as error:
            self._postpone_update(interval * self._backoff.factor)
            _log.warning("a step was skipped", error=error)
        except ContentRejectedError as error:
            self._is_uneditable = isinstance(error, UneditableError)
            _log.warning("a step was skipped", error=error)

    def _plan_update(self, interval: float) -> None:
        self._pace.needed_at = time.monotonic() + interval * self._backoff.factor

    def _postpone_update(self, seconds: float) -> None:
        self._pace.needed_at = time.monotonic() + seconds
        self._buffer.changed.set()  # there is text to show, whether or not more comes

    async def _finish_page(self, buttons: tuple[Button, ...] = ()) -> None:
        """Show the page's last state, in a new message where the old one takes no update."""
        body = self._cut_body()

        async def show() -> None:
            await self._show(body, final=True, buttons=buttons)

        try:
            try:
                await run_with_retries(show)
            except UneditableError as error:
                self._replace_message(error)
                await run_with_retries(show)
        except OutboxError:
            _log.warning("a page could not be finished", characters=len(body), page=self._index)
            raise

    def _replace_message(self, error: UneditableError) -> None:
        """Let the page be posted again; the old message is deleted when all pages are shown."""
        old = self._page
        if not old.message_id:
            raise error
        _log.warning("a message takes no change, another is posted", reason=error, page=self._index)
        self._replaced.append(old)
        self._pages[self._index] = Page(old.start, old.end, old.opening)

    async def _show_preview(self, body: str) -> None:
        """Show what leaves no message, so that whoever takes over has nothing to look for."""
        page = replace(self._page, sending=False, previewed=True)
        with self._buffer.showing() as arrived_at:
            if time.monotonic() - self._checkpoint.saved_at > _PREVIEW_SAVE_INTERVAL:
                await self._save_page(page)
            folded = min(self._page_text.count_folded(page), len(body))
            shown = await self._outbox.update_page(page, body, final=False, folded=folded)
        if self._measurement is not None:
            self._measurement.note_shown(arrived_at, is_first=not page.length and not self._index)
        self._pages[self._index] = replace(shown, length=len(body))

    async def _show(self, body: str, *, final: bool, buttons: tuple[Button, ...]) -> None:
        with self._buffer.showing() as arrived_at:
            async with write_ahead(self._page, self._outbox, self._save_page) as page:
                folded = min(self._page_text.count_folded(page), len(body))
                shown = await self._outbox.update_page(page, body, final=final, folded=folded, buttons=buttons)
        is_new = not page.message_id
        if self._measurement is not None and shown.message_id:
            is_first = is_new and not page.previewed and not self._index
            self._measurement.note_shown(arrived_at, is_first=is_first)
        if not shown.message_id:
            shown = replace(shown, sending=False)
        elif is_new and not shown.opened_at:
            shown = replace(shown, opened_at=time.time())
        self._pages[self._index] = replace(shown, length=len(body))
        adds_buttons_later = self._outbox.capabilities.buttons_after_first_step
        self._lacks_buttons = is_new and not final and bool(buttons and shown.message_id) and adds_buttons_later
        if self._lacks_buttons:
            self._buffer.changed.set()  # the buttons are wanted most when nothing more comes for long
        if is_new:
            await self._save(self._pages)

    async def _delete(self, page: Page) -> None:
        found = await run_with_retries(lambda: find_if_lost(page, self._outbox))
        if not found.message_id:
            return
        try:
            await run_with_retries(lambda: self._outbox.delete_page(found))
        except (RecipientGoneError, ContentRejectedError) as error:
            _log.warning("a page that is not needed could not be removed", error=error)

    async def _save_page(self, page: Page) -> None:
        self._pages[self._index] = page
        await self._save(self._pages)

    async def _save(self, pages: list[Page]) -> None:
        await self._checkpoint.save(pages, self._buffer.current)
