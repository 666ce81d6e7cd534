"""Show the pages of one answer: as native streams where possible, else as messages that are updated.

A page with reasoning or buttons is a chunk stream: the buttons of a running answer are above the text, the reasoning is
a task. After the last text the message is rewritten once, so that its blocks have their final order.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from bots.slack.api.deferred_calls import DeferredCalls
from bots.slack.api.edit_pace import APPEND_STEPS
from bots.slack.api.errors import StreamClosedError, StreamOpenError
from bots.slack.api.methods import SlackApi
from bots.slack.api.missing_features import Features
from bots.slack.api.own_messages import is_own, is_text_answer
from bots.slack.api.rate_limit_numbers import (
    APPEND_RESERVE,
    BUTTONS_RESERVE,
    DECORATION_RESERVE,
    STOP_RESERVE,
)
from bots.slack.blocks.message_content import MessageContent, RenderedPage, split_long_text
from core.chat.port.errors import (
    ContentRejectedError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
)
from core.chat.port.menus import Button
from core.chat.port.page import Page
from core.redis import RateLimit

from .message_state import CHUNKS, EDIT, Decoration, MessageState
from .page_update import Destination, PageUpdate, stream_content
from .page_variants import PageVariants
from .start_stream import StreamStarter

_log = structlog.get_logger()
_MAX_DECORATION_WAIT = 5.0
"""Seconds that a job waits for the buttons of a finished text; a longer wait is deferred."""


class PageSender:
    """Writes the pages of one answer.

    A `Page` records the results of successful calls. The state after a failed call is kept here; it is unknown after a
    change of process (an adopted page). If the state is unknown, the stream is closed and the message rewritten as a
    whole, so that no text is shown twice.
    """

    def __init__(self, api: SlackApi, destination: Destination, features: Features, deferred: DeferredCalls) -> None:
        self._api = api
        self._deferred = deferred
        self._destination = destination
        self._features = features
        self._starter = StreamStarter(api, destination, features)
        self._states: dict[str, MessageState] = {}
        self._variants = PageVariants(features, destination.channel)

    async def update(self, page: Page, body: RenderedPage, buttons: tuple[Button, ...], *, final: bool) -> Page:
        """See `Outbox.update_page`."""
        if not page.message_id:
            return await self._open_page(page, body, buttons, final=final)
        update = PageUpdate(page, self._state_of(page), body, buttons, final)
        if update.has_only_first_words:
            return page
        if not update.can_stream:
            return await self._rewrite(update)
        return await (self._finish_stream(update) if final else self._append(update))

    async def set_buttons(self, page: Page, body: RenderedPage, buttons: tuple[Button, ...]) -> None:
        """See `Outbox.set_buttons`."""
        self._deferred.cancel(self._destination.channel, page.message_id)  # a deferred call would restore older buttons
        *variants, _ = self._variants.list(body, buttons)  # the plain text has no buttons

        async def update(content: MessageContent) -> None:
            await self._api.update(self._destination.channel, page.message_id, content, reserve=BUTTONS_RESERVE)

        await self._variants.send_best(page, variants, update)

    async def find_lost_message(self, page: Page, bot: str, after: str) -> Page:
        """See `Outbox.find_lost_message`; `bot` is the bot's user id; every message up to the ts `after` is older."""
        found = await self._api.list_newer(self._destination.channel, self._destination.thread, after)
        posts = [str(message["ts"]) for message in found if is_own(message, bot) and is_text_answer(message)]
        own = [ts for ts in posts if not self._api.posted.has(self._destination.channel, ts)]
        if not own:
            return page
        return replace(page, message_id=min(own, key=float), mode=CHUNKS, adopted=True)

    async def delete(self, page: Page) -> None:
        """See `Outbox.delete_page`."""
        if not page.message_id:
            return
        with suppress(RecipientGoneError):
            await self._end_stream(page, self._state_of(page), final=True)
            await self._api.delete(self._destination.channel, page.message_id)

    async def _open_page(self, page: Page, body: RenderedPage, buttons: tuple[Button, ...], *, final: bool) -> Page:
        if body.is_blank:
            if final:
                raise ContentRejectedError("no_text")
            return page
        # A complete answer needs one call as a post, and two scarce calls as a stream.
        ts, mode = ("", EDIT) if final else await self._starter.start(body, buttons)
        if not ts:
            destination = self._destination
            variants = self._variants.list(body, buttons)
            ts = await self._variants.send_best(
                page,
                variants,
                lambda content: self._api.post(
                    destination.channel, destination.thread, content, user=destination.user, grows=not final
                ),
            )
        self._states[ts] = MessageState.from_post(mode, body, Decoration.from_page(body, buttons), grows=not final)
        opened = page.opened_at or time.time()
        return replace(page, message_id=ts, mode=mode, shown=len(body), opened_at=opened, adopted=False, done=final)

    async def _append(self, update: PageUpdate) -> Page:
        if update.unsent.is_blank:
            return update.page
        try:
            await self._append_step(update)
        except StreamClosedError:
            update.state.streaming = False  # the appended text stays; the next step updates it
            return replace(update.page, mode=EDIT)
        except ContentRejectedError as error:
            _log.warning("Slack refused to append to a stream, its message is updated", reason=error)
            update.state.certain = False  # so that every further step rewrites it
            return await self._rewrite(update)
        return replace(update.page, shown=update.state.shown_length)

    async def _finish_stream(self, update: PageUpdate) -> Page:
        """Stop a stream with the last text, then add what only blocks can show."""
        state, content = update.state, stream_content(update, buttons=update.buttons)
        try:
            with state.uncertain_until_done():
                await self._api.stop_stream(self._destination.channel, update.page.message_id, content, reserve=0)
        except StreamClosedError:
            state.streaming = False
            return await self._rewrite(update)
        except ContentRejectedError as error:
            _log.warning("Slack refused the end of a stream, its message is updated", reason=error)
            return await self._rewrite(update)
        except PlatformUnreachableError:
            state.stop_unconfirmed = True
            raise
        except RateLimitedError:
            # Append the last text now, so that the reader need not wait for the stop.
            with suppress(RateLimitedError, ContentRejectedError):
                await self._append_text(update)
            raise
        state.streaming, state.shown_length, state.first_words = False, len(update.body), None
        await self._apply_decoration(update)
        return replace(update.page, shown=state.shown_length, done=True)

    async def _append_step(self, update: PageUpdate) -> None:
        """Append a cosmetic step: at the workspace's even pace, else as one of the early steps of its stream."""
        try:
            await self._append_text(update, pace=(APPEND_STEPS,), reserve=APPEND_RESERVE)
        except RateLimitedError:
            if not update.state.may_take_early_step:
                raise
            await self._append_text(update, reserve=APPEND_RESERVE)
            update.state.early_steps += 1

    async def _append_text(self, update: PageUpdate, *, pace: tuple[RateLimit, ...] = (), reserve: int = 0) -> None:
        if content := stream_content(update):
            with update.state.uncertain_until_done():
                await self._api.append_stream(
                    self._destination.channel, update.page.message_id, content, pace=pace, reserve=reserve
                )
            update.state.shown_length = len(update.streamed)

    async def _rewrite(self, update: PageUpdate) -> Page:
        page, state, final = update.page, update.state, update.final
        await self._end_stream(page, state, final=final)
        if state.is_showing(update.body):
            if final:
                await self._apply_decoration(update)
        elif not update.body.is_blank:
            variants = self._variants.list(update.body, update.buttons)
            with state.uncertain_until_done():
                await self._update_message(update, variants)
            state.streaming, state.shown_length, state.decoration = False, len(update.body), update.decoration
            state.first_words = None
        return replace(page, mode=EDIT, shown=state.shown_length, adopted=False, done=final)

    async def _update_message(self, update: PageUpdate, variants: Sequence[MessageContent]) -> None:
        try:
            await self._variants.send_best(
                update.page, variants, lambda content: self._write(update, content, step=not update.final)
            )
        except ContentRejectedError as error:
            if update.final:
                raise UneditableError(str(error)) from error
            raise

    async def _apply_decoration(self, update: PageUpdate) -> None:
        """Give a finished text its final buttons and fold; long waits are deferred."""
        if update.state.decoration == update.decoration:
            return
        *variants, _ = self._variants.list(update.body, update.buttons)  # plain text would be no improvement

        async def decorate() -> None:
            await self._variants.send_best(
                update.page,
                variants,
                lambda content: self._write(update, content, step=False, reserve=DECORATION_RESERVE),
            )

        try:
            await decorate()
        except RateLimitedError as error:
            if error.retry_after <= _MAX_DECORATION_WAIT:
                raise
            self._deferred.schedule(self._destination.channel, update.page.message_id, decorate)
        except (ContentRejectedError, RecipientGoneError) as error:
            _log.warning("an answer keeps the decoration of its stream", reason=error)
        update.state.decoration = update.decoration

    async def _write(self, update: PageUpdate, content: MessageContent, *, step: bool, reserve: int = 0) -> None:
        """Rewrite the message; post the end of a text that is too long for an update in a second message."""
        destination, state = self._destination, update.state
        content, overflow = split_long_text(content)
        try:
            await self._api.update(
                destination.channel,
                update.page.message_id,
                content,
                step=step,
                planned=update.final and state.end_planned,
                reserve=reserve,
            )
        except StreamOpenError as error:
            raise state.record_conflict(str(error)) from error
        if overflow and update.final and not state.overflow_posted:
            await self._api.post(destination.channel, destination.thread, overflow, user=destination.user)
            state.overflow_posted = True

    async def _end_stream(self, page: Page, state: MessageState, *, final: bool) -> None:
        """Close the stream, since Slack refuses to update a message with an open stream.

        A `final` update is tried even if the stream may be open: the update finds that out.
        """
        if state.stop_unconfirmed:
            state.stop_unconfirmed = False
        elif state.streaming:
            try:
                with suppress(ContentRejectedError):  # usually it is already closed
                    await self._api.stop_stream(
                        self._destination.channel, page.message_id, "", reserve=0 if final else STOP_RESERVE
                    )
                state.streaming = False
            except PlatformUnreachableError:
                state.stop_unconfirmed = True
                raise
            except RateLimitedError as error:
                if not final:
                    raise
                _log.info("a stream may still be open", reason=error)

    def _state_of(self, page: Page) -> MessageState:
        known = self._states.get(page.message_id)
        if known is None:
            known = self._states[page.message_id] = MessageState.from_page(page)
        return known
