"""Showing one answer's pages in Slack: a native stream where possible, else a message that is updated.

A page with thinking or buttons is a stream of chunks: the buttons of the growing answer stand above the text, the
thinking is a task. When its last words stand, the message is rewritten once, so that it ends as blocks in their order.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import structlog

from bots.slack.api.deferred_calls import DeferredCalls
from bots.slack.api.errors import BLOCK_CODES, LENGTH_CODES, StreamOpenError, StreamOverError, UnavailableError
from bots.slack.api.features import Features
from bots.slack.api.methods import Content, SlackApi
from bots.slack.api.own_messages import is_own, is_worded
from bots.slack.api.rate_limits import BUTTONS_RESERVE, STOP_RESERVE, UPDATE_RESERVE
from bots.slack.blocks.message_content import MessageContent, PageText, beginning, page_contents, parted
from core.chat.port.errors import (
    ContentRejectedError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
)
from core.chat.port.menus import Button
from core.chat.port.page import Page

from .message_state import CHUNKS, EDIT, STREAM, Decoration, MessageState
from .page_update import Place, ShownPage, content_of

_log = structlog.get_logger()
_Result = TypeVar("_Result")
_CHEAP = 5.0
"""Seconds that a turn whose words stand waits for their buttons; after that they come by themselves."""


class Pages:
    """The pages of one answer.

    A page remembers what is known when a call succeeds; what a failed call leaves behind is remembered here, and after
    a change of process (an adopted page) it is unknown. Whenever it is unknown, the stream is closed and the message
    rewritten as a whole, so that no words stand twice.
    """

    def __init__(self, api: SlackApi, place: Place, features: Features, deferred: DeferredCalls) -> None:
        self._api = api
        self._deferred = deferred
        self._place = place
        self._features = features
        self._standings: dict[str, MessageState] = {}
        self._refused: set[tuple[int, tuple[str, ...]]] = set()
        """Starts of pages, each with the kinds of blocks that Slack has refused there; they are not tried again."""

    async def show(self, page: Page, body: PageText, buttons: tuple[Button, ...], *, final: bool) -> Page:
        """See `Outbox.update_page`."""
        if not page.message_id:
            return await self._open(page, body, buttons, final=final)
        shown = ShownPage(page, self._standing(page), body, buttons, final)
        if not shown.streams:
            return await self._rewrite(shown)
        return await (self._close(shown) if final else self._append(shown))

    async def set_buttons(self, page: Page, body: PageText, buttons: tuple[Button, ...]) -> None:
        """See `Outbox.set_buttons`."""
        self._deferred.drop(self._place.channel, page.message_id)  # or the buttons of its end would come back
        *ways, _ = self._ways(body, buttons)  # as plain text it has no buttons

        async def update(content: MessageContent) -> None:
            await self._api.update(self._place.channel, page.message_id, content, keep=BUTTONS_RESERVE)

        await self._best(page, ways, update)

    async def recover(self, page: Page, bot: str, after: str) -> Page:
        """See `Outbox.find_lost_message`; `bot` is our own user id, `after` the ts of what is surely older."""
        found = await self._api.newer(self._place.channel, self._place.thread, after)
        posts = [str(message["ts"]) for message in found if is_own(message, bot) and is_worded(message)]
        own = [ts for ts in posts if not self._api.placed(self._place.channel, ts)]
        if not own:
            return page
        return replace(page, message_id=min(own, key=float), mode=CHUNKS, adopted=True)

    async def remove(self, page: Page) -> None:
        """See `Outbox.delete_page`."""
        if not page.message_id:
            return
        with suppress(RecipientGoneError):
            await self._end_stream(page, self._standing(page), final=True)
            await self._api.delete(self._place.channel, page.message_id)

    async def _open(self, page: Page, body: PageText, buttons: tuple[Button, ...], *, final: bool) -> Page:
        if body.blank:
            if final:
                raise ContentRejectedError("no_text")
            return page
        # An answer that is complete at once needs one call as a post, and two scarce ones as a stream.
        ts, mode = ("", EDIT) if final else await self._start(body, buttons)
        if not ts:
            place = self._place
            ways = self._ways(body, buttons)
            ts = await self._best(
                page, ways, lambda look: self._api.post(place.channel, place.thread, look, grows=not final)
            )
        self._standings[ts] = MessageState.begun(mode, len(body), Decoration.of(body, buttons))
        opened = page.opened_at or time.time()
        return replace(page, message_id=ts, mode=mode, shown=len(body), opened_at=opened, adopted=False, done=final)

    async def _start(self, body: PageText, buttons: tuple[Button, ...]) -> tuple[str, str]:
        """Open a stream; return its ts and mode, "" where there is none to be had."""
        if not (self._place.thread and self._place.user) or not self._features.streams.available(self._place.channel):
            return "", EDIT
        try:
            if (buttons or body.fold) and not body.heavy and (ts := await self._start_chunks(body, buttons)):
                return ts, CHUNKS
            if body.rest.strip():
                return await self._started(body.rest), STREAM
        except UnavailableError as error:
            _log.warning("Slack does not stream here, messages are updated instead", reason=str(error))
            self._features.streams.lacking(self._place.channel, error)
        except (ContentRejectedError, RecipientGoneError) as error:  # a post will tell whether anybody is there
            _log.warning("Slack refused a stream, a message is updated instead", reason=str(error))
        except RateLimitedError:
            pass  # the budget of streams is small; a message that is updated serves the reader as well
        return "", EDIT

    async def _start_chunks(self, body: PageText, buttons: tuple[Button, ...]) -> str:
        """Open a stream with buttons and thinking; "" where there is none to be had."""
        if not self._features.chunks.available(self._place.channel):
            return ""
        try:
            return await self._started(beginning(body, buttons))
        except ContentRejectedError as error:
            if str(error) not in BLOCK_CODES:
                raise
            _log.warning("Slack streams no buttons and no thinking here", reason=str(error))
            if str(error) not in LENGTH_CODES:
                self._features.chunks.drop()
            return ""

    async def _started(self, content: Content) -> str:
        place = self._place
        return await self._api.start_stream(place.channel, place.thread, content, user=place.user, team=place.team)

    async def _append(self, shown: ShownPage) -> Page:
        if shown.piece.blank:
            return shown.page
        try:
            await self._grow(shown, step=True)
        except StreamOverError:
            shown.state.streaming = False  # what was appended before stays; the next step updates it
            return replace(shown.page, mode=EDIT)
        except ContentRejectedError as error:
            _log.warning("Slack takes no more in a stream, its message is updated", reason=str(error))
            shown.state.sure = False  # so that every further step rewrites it
            return await self._rewrite(shown)
        return replace(shown.page, shown=shown.state.shown)

    async def _close(self, shown: ShownPage) -> Page:
        """End a stream with its last words, then give the message what only blocks can show."""
        standing, content = shown.state, content_of(shown, buttons=shown.buttons)
        try:
            with standing.step():
                await self._api.stop_stream(self._place.channel, shown.page.message_id, content, keep=0)
        except StreamOverError:
            standing.streaming = False
            return await self._rewrite(shown)
        except ContentRejectedError as error:
            _log.warning("Slack refused the end of a stream, its message is updated", reason=str(error))
            return await self._rewrite(shown)
        except PlatformUnreachableError:
            standing.closing = True
            raise
        except RateLimitedError:
            # The reader need not wait for the last words until a stop is allowed again.
            with suppress(RateLimitedError, ContentRejectedError):
                await self._grow(shown, step=False)
            raise
        standing.streaming, standing.shown = False, len(shown.body)
        await self._dress(shown)
        return replace(shown.page, shown=standing.shown, done=True)

    async def _grow(self, shown: ShownPage, *, step: bool) -> None:
        if content := content_of(shown):
            with shown.state.step():
                await self._api.append_stream(self._place.channel, shown.page.message_id, content, step=step)
            shown.state.shown = len(shown.body)

    async def _rewrite(self, shown: ShownPage) -> Page:
        page, standing, final = shown.page, shown.state, shown.final
        await self._end_stream(page, standing, final=final)
        if standing.has(shown.body):
            if final:
                await self._dress(shown)
        elif not shown.body.blank:
            ways = self._ways(shown.body, shown.buttons)
            with standing.step():
                await self._update(shown, ways)
            standing.streaming, standing.shown, standing.worn = False, len(shown.body), shown.dress
        return replace(page, mode=EDIT, shown=standing.shown, adopted=False, done=final)

    async def _update(self, shown: ShownPage, ways: Sequence[MessageContent]) -> None:
        try:
            await self._best(shown.page, ways, lambda look: self._put(shown, look, step=not shown.final))
        except ContentRejectedError as error:
            if shown.final:
                raise UneditableError(str(error)) from error
            raise

    async def _dress(self, shown: ShownPage) -> None:
        """Let a message whose words stand end with the right buttons and fold; a turn does not wait long for that."""
        if shown.state.worn == shown.dress:
            return
        *ways, _ = self._ways(shown.body, shown.buttons)  # plain text would be no better than what stands

        async def dress() -> None:
            await self._best(shown.page, ways, lambda look: self._put(shown, look, step=False, keep=UPDATE_RESERVE))

        try:
            await dress()
        except RateLimitedError as error:
            if error.retry_after <= _CHEAP:
                raise
            self._deferred.put(self._place.channel, shown.page.message_id, dress)
        except (ContentRejectedError, RecipientGoneError) as error:
            _log.warning("an answer keeps the looks of its stream", reason=str(error))
        shown.state.worn = shown.dress

    async def _put(self, shown: ShownPage, content: MessageContent, *, step: bool, keep: int = 0) -> None:
        """Rewrite the message; the end of what is too long for that is posted beneath it, so that nothing is lost."""
        place, standing = self._place, shown.state
        content, more = parted(content)
        try:
            await self._api.update(place.channel, shown.page.message_id, content, step=step, keep=keep)
        except StreamOpenError as error:
            raise standing.conflict(str(error)) from error
        if more and shown.final and not standing.spilt:
            await self._api.post(place.channel, place.thread, more)
            standing.spilt = True

    def _ways(self, body: PageText, buttons: tuple[Button, ...]) -> list[MessageContent]:
        return page_contents(body, buttons, cards=self._features.cards.available(self._place.channel))

    async def _best(
        self, page: Page, ways: Sequence[MessageContent], show: Callable[[MessageContent], Awaitable[_Result]]
    ) -> _Result:
        """Show a page in the best of these ways that Slack takes."""
        *better, last = ways
        for way in better:
            if (page.start, way.kinds) in self._refused:
                continue
            try:
                return await show(way)
            except UneditableError:
                raise  # whatever it looks like
            except ContentRejectedError as error:
                _log.warning("Slack refused a message's blocks", reason=str(error))
                if way.kinds[0] == "task_card" and str(error) == "invalid_blocks":
                    self._features.cards.drop()
                else:
                    self._refused.add((page.start, way.kinds))
        return await show(last)

    async def _end_stream(self, page: Page, state: MessageState, *, final: bool) -> None:
        """See to it that no stream is open, or Slack refuses to update the message.

        A `final` update is tried even if nobody knows whether the stream is over: it finds that out, too.
        """
        if state.closing:
            state.closing = False
        elif state.streaming:
            try:
                with suppress(ContentRejectedError):  # most often it is closed already
                    await self._api.stop_stream(
                        self._place.channel, page.message_id, "", keep=0 if final else STOP_RESERVE
                    )
                state.streaming = False
            except PlatformUnreachableError:
                state.closing = True
                raise
            except RateLimitedError as error:
                if not final:
                    raise
                _log.info("a stream may still be open", reason=str(error))

    def _standing(self, page: Page) -> MessageState:
        known = self._standings.get(page.message_id)
        if known is None:
            known = self._standings[page.message_id] = MessageState.of(page)
        return known
