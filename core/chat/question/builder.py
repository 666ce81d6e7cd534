"""Understanding what people send besides words: voice, pictures, documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from core.chat.delivery.activity import at_work
from core.chat.port.incoming import Attachment, Incoming
from core.chat.port.outbox import Outbox
from core.chat.text.attribution import shorten_quote
from core.chat.text.translations import Sentences
from core.chat.text.user_error import ExcuseError
from core.media.thread_pool import Workshop
from core.media.visible_text import visible
from core.settings import ChatSettings, WanjieSettings
from core.store import Remembered
from core.wanjie import Catalog, WanjieClient

from .attachments import Sort, is_video, sort_by_type, sort_of, title
from .collected_input import Gist, Sent
from .documents import as_data, paper, read_paper
from .images import MOST, Seeing
from .prompt import question_of
from .question import Question
from .quoted_message import is_newest_answer
from .transcription import Hearing, told_back

_LABELS: dict[Sort, str] = {
    "sound": "file.a_sound",
    "picture": "file.a_picture",
    "document": "file.a_document",
    "other": "file.a_thing",
}
_FOR_WORDS = 2_000
"""Tokens of a question that documents leave to what is said about them."""
_WORTH_READING = 200
"""Characters; with less room than that no document is begun."""


class Reading:
    """Makes questions of what people write and send."""

    def __init__(
        self,
        client: WanjieClient,
        catalog: Catalog,
        workshop: Workshop,
        sentences: Sentences,
        wanjie: WanjieSettings,
        chat: ChatSettings,
    ) -> None:
        self._hearing = Hearing(client, wanjie, workshop)
        self._seeing = Seeing(catalog, workshop)
        self._workshop = workshop
        self._sentences = sentences
        # A character is a token at most, and a question of more tokens than a history may have is refused.
        self._room = min(chat.file_limit, max(chat.history_tokens - _FOR_WORDS, _WORTH_READING))

    @property
    def hears(self) -> bool:
        """Whether it understands what is said aloud."""
        return self._hearing.works

    async def question(
        self, incoming: Incoming, outbox: Outbox, history: Sequence[Remembered], *, model: str | None
    ) -> tuple[Question, tuple[str, ...]]:
        """What the user asks, for a chat model to read, and sentences to be said above the answer.

        The text is "" when there is nothing to answer. The files of the message replied to belong to the question.
        Raises `ExcuseError` when what it is about cannot be understood; a `WanjieError` when the service that listens
        to voice messages has a problem; `GoneError`.
        """
        incoming, cut = self._fitting(incoming, history)
        files = self._files(incoming)
        if not files:
            return Question(question_of(incoming, history)), cut
        read = len(incoming.discussion or incoming.quoted)
        gist = Gist(visible(incoming.text), partial(self._say, incoming), read=read, remarks=[*cut])
        async with at_work(outbox, "writing"):
            for sent in files:
                try:
                    await self._take(sent, outbox, model, gist)
                except ExcuseError as error:
                    gist.failures.append((sent, error))
        if gist.excuse is not None:
            raise gist.excuse
        text = question_of(replace(incoming, text=gist.whole()), history)
        return Question(text, tuple(gist.images.values()), tuple(gist.images)), gist.notes()

    async def pictures(self, history: Sequence[Remembered], outbox: Outbox, model: str | None) -> dict[str, str]:
        """The newest pictures of the history as data URLs, by the platform's ids; none for a model that sees nothing.

        Those that cannot be had any more are left out.
        """
        return await self._seeing.remembered(history, outbox) if self._seeing.sees(model) else {}

    def _fitting(self, incoming: Incoming, history: Sequence[Remembered]) -> tuple[Incoming, tuple[str, ...]]:
        """Shorten a quote for which there is no room, with the sentence that tells so."""
        quoted = visible(incoming.quoted)
        if len(quoted) <= self._room or incoming.discussion or is_newest_answer(incoming, history):
            return incoming, ()
        name = self._say(incoming, "file.a_quote")
        cut = self._say(incoming, "file.cut", name=name, length=f"{self._room:,}", count=f"{len(quoted):,}")
        return replace(incoming, quoted=shorten_quote(quoted, self._room)), (cut,)

    def _files(self, incoming: Incoming) -> list[Sent]:
        """All that was sent, and then what it replies to."""
        return [
            Sent(attachment, sort_of(attachment), self._label(attachment, incoming), quoted)
            for quoted, attachments in ((False, incoming.attachments), (True, incoming.quoted_attachments))
            for attachment in attachments
        ]

    def _label(self, attachment: Attachment, incoming: Incoming) -> str:
        name = title(attachment)
        return f"`{name}`" if name else self._say(incoming, _LABELS[sort_of(attachment)])

    def _say(self, incoming: Incoming, key: str, /, **values: object) -> str:
        return self._sentences.say(key, incoming.sender.locale, sign=incoming.command_sign, **values)

    async def _take(self, sent: Sent, outbox: Outbox, model: str | None, gist: Gist) -> None:
        match sent.sort:
            case "sound":
                await self._hear(sent, outbox, gist)
            case "picture":
                await self._see(sent, outbox, model, gist)
            case "document":
                await self._read_or(sent, outbox, model, gist)
            case "other" if self._hearing.works and is_video(sent.attachment):
                await self._hear(sent, outbox, gist)
            case "other":
                raise ExcuseError("file.other")

    async def _read_or(self, sent: Sent, outbox: Outbox, model: str | None, gist: Gist) -> None:
        """Read a document; one that holds no text may be what its media type says after all."""
        try:
            await self._read(sent, outbox, gist)
        except ExcuseError as error:
            sort = sort_by_type(sent.attachment)
            if error.key != "file.unreadable" or sort == "document":
                raise
            await self._take(replace(sent, sort=sort), outbox, model, gist)

    async def _hear(self, sent: Sent, outbox: Outbox, gist: Gist) -> None:
        words = await self._hearing.words(sent.attachment, outbox)
        if not sent.quoted:
            gist.words.append(words)
            gist.remarks.append(told_back(words))
        elif gist.text or gist.words:
            gist.data.append(as_data(sent.marker, words))
        else:
            gist.words.append(words)  # the bot was named under a voice message: that message is the question

    async def _see(self, sent: Sent, outbox: Outbox, model: str | None, gist: Gist) -> None:
        file = sent.attachment
        if not self._seeing.sees(model):
            raise await self._seeing.blindness(model)
        if len(gist.images) == MOST:
            raise ExcuseError("file.many", limit=MOST)
        gist.images[file.id] = await self._seeing.picture(file.id, outbox, size=file.size)
        gist.data.append(f"[{sent.marker}]")

    async def _read(self, sent: Sent, outbox: Outbox, gist: Gist) -> None:
        left = self._room - gist.read
        if left < _WORTH_READING:
            raise ExcuseError("file.full", limit=f"{self._room:,}")
        excerpt = await read_paper(sent.attachment, outbox, self._workshop, most=left)
        gist.read += len(excerpt.text)
        gist.data.append(paper(sent.attachment, excerpt))
        if excerpt.cut:
            read, all_of_it = f"{len(excerpt.text):,}", f"{excerpt.characters:,}"
            gist.remarks.append(
                gist.say("file.cut_pages", length=read, name=sent.label, count=excerpt.pages_read, limit=excerpt.pages)
                if excerpt.pages
                else gist.say("file.cut", length=read, name=sent.label, count=all_of_it)
            )
