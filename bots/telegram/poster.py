"""Posting to one chat: in its topic, as a reply where that helps, dressed unless Telegram objects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity, ReplyParameters
from telegram.error import BadRequest

from core.chat.message import Incoming
from core.chat.outbox import FloodedError, GoneError, RefusedError

from .api import Api
from .faults import is_about_media, is_unmodified
from .horizon import Horizon
from .peer import Peer
from .render import Rendered, plain, render, with_fold

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_Result = TypeVar("_Result")


class Poster:
    """Posts in answer to one message; it remembers whether Telegram has refused to dress its words."""

    def __init__(self, api: Api, peer: Peer, horizon: Horizon, incoming: Incoming) -> None:
        self._api = api
        self._peer = peer
        self._horizon = horizon
        self._incoming = incoming
        self._chat = int(incoming.chat.chat)
        self._dressed = True

    @property
    def thread(self) -> int | None:
        """The topic."""
        return int(self._incoming.thread) if self._incoming.thread else None

    def content(self, text: str, folded: int = 0) -> Rendered:
        """What `text` looks like, with so many first characters in a fold."""
        if not self._dressed:
            above = f"{text[:folded].strip()}\n" if text[:folded].strip() else ""
            return plain(above + text[folded:].strip())
        return with_fold(text[:folded], render(text[folded:])) if folded else render(text)

    async def put(
        self,
        text: str,
        put: Callable[[int, Rendered], Awaitable[_Result]],
        *,
        folded: int = 0,
        keep: int = 0,
        count: int = 1,
    ) -> _Result:
        """Show `text`; if Telegram refuses its entities, show it and whatever follows in this turn without any."""
        content = self.content(text, folded)
        try:
            return await self._peer.message(lambda chat: put(chat, content), keep=keep, count=count)
        except RefusedError as error:
            if not content.spans or is_about_media(error):
                raise
        self._dressed = False
        bare = self.content(text, folded)
        return await self._peer.message(lambda chat: put(chat, bare), keep=keep, count=count)

    async def begin(self, send: Callable[[], Awaitable[_Result]]) -> _Result:
        """Send something new; when nobody knows whether it landed, a `Search` settles that."""
        self._horizon.begin(self._chat)
        try:
            sent = await send()
        except (FloodedError, GoneError, RefusedError):
            self._horizon.settle(self._chat)
            raise
        self._horizon.settle(self._chat)
        return sent

    async def send(
        self, chat: int, shown: Rendered, reply: ReplyParameters | None, keyboard: InlineKeyboardMarkup | None = None
    ) -> str:
        """Send a text message and return its id."""
        sent = await self._api.send_message(
            chat,
            shown.text,
            entities=entities(shown),
            reply_parameters=reply,
            reply_markup=keyboard,
            message_thread_id=self.thread,
            link_preview_options=_NO_PREVIEW,
        )
        self._horizon.claim(chat, sent.message_id)
        return str(sent.message_id)

    async def edit(
        self, chat: int, message_id: str, shown: Rendered, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Put another text and keyboard in the place of a message's."""
        try:
            await self._api.edit_message_text(
                shown.text,
                chat,
                int(message_id),
                entities=entities(shown),
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            if not is_unmodified(error):
                raise

    def reply(self) -> ReplyParameters | None:
        """In a group, show whom the answer is for; a pressed button was a message of our own."""
        if self._incoming.direct or self._incoming.choice is not None:
            return None
        return self.reference()

    def reference(self) -> ReplyParameters | None:
        """Show what media belong to: in a group the question, everywhere the message whose button was pressed."""
        if self._incoming.direct and self._incoming.choice is None:
            return None
        return ReplyParameters(int(self._incoming.message_id), allow_sending_without_reply=True)


def entities(shown: Rendered) -> list[MessageEntity] | None:
    """The entities as the SDK wants them."""
    return [
        MessageEntity(span.kind, span.offset, span.length, url=span.url or None, language=span.language or None)
        for span in shown.spans
    ] or None
