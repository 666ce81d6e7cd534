"""Showing one answer's pages in Slack: a native stream where possible, else a message that is updated."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import structlog

from core.chat.outbox import FloodedError, GoneError, Page, RefusedError

from .api import Api
from .faults import StreamOverError, UnavailableError
from .features import Feature
from .limits import STOP_RESERVE
from .render import stable

_STREAM, _EDIT = "stream", "edit"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes, and for whom; `team` is the user's own workspace."""

    channel: str
    thread: str
    user: str
    team: str


@dataclass(slots=True)
class _Standing:
    """What stands in a message, as far as this process knows."""

    streaming: bool
    shown: int
    sure: bool
    """False after a call whose outcome is unknown: its text may be there or not."""

    @contextmanager
    def step(self) -> Generator[None]:
        """Be unsure until the call has clearly succeeded or clearly not been carried out."""
        before, self.sure = self.sure, False
        try:
            yield
        except (FloodedError, GoneError, RefusedError):
            self.sure = before
            raise
        self.sure = True


class Pages:
    """The pages of one answer.

    A page remembers what is known when a call succeeds; what a failed call leaves behind is remembered here, and after
    a change of process (an adopted page) it is unknown. Whenever it is unknown, the stream is closed and the message
    rewritten as a whole, so that no words stand twice.
    """

    def __init__(self, api: Api, place: Place, streams: Feature) -> None:
        self._api = api
        self._place = place
        self._streams = streams
        self._standings: dict[str, _Standing] = {}

    async def show(self, page: Page, text: str, *, final: bool) -> Page:
        """See `Outbox.show`."""
        body = stable(text, final=final)
        if not page.message_id:
            return await self._open(page, body, final=final)
        standing = self._standing(page)
        if not standing.streaming or not standing.sure:
            return await self._rewrite(page, standing, body, final=final)
        if final:
            return await self._close(page, standing, body)
        return await self._append(page, standing, body)

    async def recover(self, page: Page, bot: str, after: str) -> Page:
        """See `Outbox.recover`; `bot` is our own user id, `after` the ts of what is surely older."""
        replies = await self._api.replies(self._place.channel, self._place.thread, after)
        posts = [str(message["ts"]) for message in replies if message.get("user") == bot]
        own = [ts for ts in posts if not self._api.placed(self._place.channel, ts)]
        if not own:
            return page
        return replace(page, message_id=min(own, key=float), mode=_STREAM, adopted=True)

    async def remove(self, page: Page) -> None:
        """See `Outbox.remove`."""
        if not page.message_id:
            return
        with suppress(GoneError):
            await self._end_stream(page, self._standing(page), keep=0)
            await self._api.delete(self._place.channel, page.message_id)

    async def _open(self, page: Page, body: str, *, final: bool) -> Page:
        if not body.strip():
            if final:
                raise RefusedError("no_text")
            return page
        # An answer that is complete at once needs one call as a post, and two scarce ones as a stream.
        ts = "" if final else await self._start(body)
        mode = _STREAM if ts else _EDIT
        ts = ts or await self._api.post(self._place.channel, self._place.thread, body, grows=not final)
        self._standings[ts] = _Standing(streaming=mode == _STREAM, shown=len(body), sure=True)
        opened = page.opened_at or time.time()
        return replace(page, message_id=ts, mode=mode, shown=len(body), opened_at=opened, adopted=False, done=final)

    async def _start(self, body: str) -> str:
        """Open a stream; "" where there is none to be had."""
        place = self._place
        if not place.thread or not self._streams.available(place.channel):
            return ""
        try:
            return await self._api.start_stream(place.channel, place.thread, body, user=place.user, team=place.team)
        except UnavailableError as error:
            _log.warning("Slack does not stream here, messages are updated instead", reason=str(error))
            self._streams.lacking(place.channel, error)
        except RefusedError as error:
            _log.warning("Slack refused a stream, a message is updated instead", reason=str(error))
        except FloodedError:
            pass  # the budget of streams is small; a message that is updated serves the reader as well
        return ""

    async def _append(self, page: Page, standing: _Standing, body: str) -> Page:
        piece = body[standing.shown :]
        if not piece.strip():
            return page
        try:
            await self._grow(page, standing, piece, step=True)
        except StreamOverError:
            standing.streaming = False  # what was appended before stays; the next step updates it
            return replace(page, mode=_EDIT)
        return replace(page, shown=standing.shown)

    async def _close(self, page: Page, standing: _Standing, body: str) -> Page:
        piece = body[standing.shown :]
        try:
            with standing.step():
                await self._api.stop_stream(
                    self._place.channel, page.message_id, piece if piece.strip() else "", keep=0
                )
        except StreamOverError:
            standing.streaming = False
            return await self._rewrite(page, standing, body, final=True)
        except FloodedError:
            # The reader need not wait for the last words until a stop is allowed again.
            with suppress(FloodedError, RefusedError):
                await self._grow(page, standing, piece, step=False)
            raise
        standing.streaming, standing.shown = False, len(body)
        return replace(page, shown=len(body), done=True)

    async def _grow(self, page: Page, standing: _Standing, piece: str, *, step: bool) -> None:
        if piece.strip():
            with standing.step():
                await self._api.append_stream(self._place.channel, page.message_id, piece, step=step)
            standing.shown += len(piece)

    async def _rewrite(self, page: Page, standing: _Standing, body: str, *, final: bool) -> Page:
        await self._end_stream(page, standing, keep=0 if final else STOP_RESERVE)
        if body.strip() and not (standing.sure and standing.shown == len(body)):
            with standing.step():
                await self._api.update(self._place.channel, page.message_id, body, step=not final)
            standing.shown = len(body)
        return replace(page, mode=_EDIT, shown=standing.shown, adopted=False, done=final)

    async def _end_stream(self, page: Page, standing: _Standing, *, keep: int) -> None:
        """Make sure that no stream is open, or Slack refuses to update the message."""
        if standing.streaming:
            with suppress(RefusedError):  # most often it is closed already
                await self._api.stop_stream(self._place.channel, page.message_id, "", keep=keep)
            standing.streaming = False

    def _standing(self, page: Page) -> _Standing:
        known = self._standings.get(page.message_id)
        if known is None:
            known = _Standing(streaming=page.mode == _STREAM and not page.done, shown=page.shown, sure=True)
            self._standings[page.message_id] = known
        if page.adopted:
            known.sure = False
        return known
