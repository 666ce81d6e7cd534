"""Understanding what people send besides words: voice, pictures, documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from core.chat.delivery.activity import activity_indicator
from core.chat.port.incoming import Attachment, Incoming
from core.chat.port.outbox import Outbox
from core.chat.text.attribution import shorten_quote
from core.chat.text.translations import Translations
from core.chat.text.user_error import UserFacingError
from core.media.thread_pool import ThreadPool
from core.media.visible_text import strip_invisible
from core.settings import ChatSettings, WanjieSettings
from core.store import HistoryMessage
from core.wanjie import Catalog, WanjieClient

from .attachments import InputKind, classify, display_name, is_video, sort_by_type
from .collected_input import CollectedInput, InputFile
from .documents import fence_untrusted, format_document, load_document
from .images import MOST, ImageLoader
from .prompt import question_text
from .question import Question
from .quoted_message import is_newest_answer
from .transcription import Transcriber, quote_transcript

_LABELS: dict[InputKind, str] = {
    "sound": "file.a_sound",
    "picture": "file.a_picture",
    "document": "file.a_document",
    "other": "file.a_thing",
}
_FOR_WORDS = 2_000
"""Tokens of a question that documents leave to what is said about them."""
_WORTH_READING = 200
"""Characters; with less room than that no document is begun."""


class QuestionBuilder:
    """Makes questions of what people write and send."""

    def __init__(
        self,
        client: WanjieClient,
        catalog: Catalog,
        threads: ThreadPool,
        translations: Translations,
        wanjie: WanjieSettings,
        chat: ChatSettings,
    ) -> None:
        self._hearing = Transcriber(client, wanjie, threads)
        self._seeing = ImageLoader(catalog, threads)
        self._threads = threads
        self._translations = translations
        # A character is a token at most, and a question of more tokens than a history may have is refused.
        self._room = min(chat.file_limit, max(chat.history_tokens - _FOR_WORDS, _WORTH_READING))

    @property
    def can_transcribe(self) -> bool:
        """Whether it understands voice messages."""
        return self._hearing.works

    async def build(
        self, incoming: Incoming, outbox: Outbox, history: Sequence[HistoryMessage], *, model: str | None
    ) -> tuple[Question, tuple[str, ...]]:
        """What the user asks, for a chat model to read, and sentences to be said above the answer.

        The text is "" when there is nothing to answer. The files of the message replied to belong to the question.
        Raises `UserFacingError` when what it is about cannot be understood; a `WanjieError` when the service that
        listens to voice messages has a problem; `RecipientGoneError`.
        """
        incoming, cut = self._fitting(incoming, history)
        files = self._files(incoming)
        if not files:
            return Question(question_text(incoming, history)), cut
        read = len(incoming.discussion or incoming.quoted)
        gist = CollectedInput(strip_invisible(incoming.text), partial(self._say, incoming), read=read, remarks=[*cut])
        async with activity_indicator(outbox, "writing"):
            for sent in files:
                try:
                    await self._take(sent, outbox, model, gist)
                except UserFacingError as error:
                    gist.failures.append((sent, error))
        if gist.excuse is not None:
            raise gist.excuse
        text = question_text(replace(incoming, text=gist.whole()), history)
        return Question(text, tuple(gist.images.values()), tuple(gist.images)), gist.notes()

    async def load_pictures(
        self, history: Sequence[HistoryMessage], outbox: Outbox, model: str | None
    ) -> dict[str, str]:
        """The newest pictures of the history as data URLs, by the platform's ids; none for a model that sees nothing.

        Those that cannot be had any more are left out.
        """
        return await self._seeing.load_history(history, outbox) if self._seeing.supports_images(model) else {}

    def _fitting(self, incoming: Incoming, history: Sequence[HistoryMessage]) -> tuple[Incoming, tuple[str, ...]]:
        """Shorten a quote for which there is no room, with the sentence that tells so."""
        quoted = strip_invisible(incoming.quoted)
        if len(quoted) <= self._room or incoming.discussion or is_newest_answer(incoming, history):
            return incoming, ()
        name = self._say(incoming, "file.a_quote")
        cut = self._say(incoming, "file.cut", name=name, length=f"{self._room:,}", total=f"{len(quoted):,}")
        return replace(incoming, quoted=shorten_quote(quoted, self._room)), (cut,)

    def _files(self, incoming: Incoming) -> list[InputFile]:
        """All that was sent, and then what it replies to."""
        return [
            InputFile(attachment, classify(attachment), self._label(attachment, incoming), quoted)
            for quoted, attachments in ((False, incoming.attachments), (True, incoming.quoted_attachments))
            for attachment in attachments
        ]

    def _label(self, attachment: Attachment, incoming: Incoming) -> str:
        name = display_name(attachment)
        return f"`{name}`" if name else self._say(incoming, _LABELS[classify(attachment)])

    def _say(self, incoming: Incoming, key: str, /, **values: object) -> str:
        return self._translations.text(key, incoming.sender.locale, sign=incoming.command_sign, **values)

    async def _take(self, sent: InputFile, outbox: Outbox, model: str | None, collected: CollectedInput) -> None:
        match sent.sort:
            case "sound":
                await self._hear(sent, outbox, collected)
            case "picture":
                await self._see(sent, outbox, model, collected)
            case "document":
                await self._read_or(sent, outbox, model, collected)
            case "other" if self._hearing.works and is_video(sent.attachment):
                await self._hear(sent, outbox, collected)
            case "other":
                raise UserFacingError("file.other")

    async def _read_or(self, sent: InputFile, outbox: Outbox, model: str | None, collected: CollectedInput) -> None:
        """Read a document; one that holds no text may be what its media type says after all."""
        try:
            await self._read(sent, outbox, collected)
        except UserFacingError as error:
            sort = sort_by_type(sent.attachment)
            if error.key != "file.unreadable" or sort == "document":
                raise
            await self._take(replace(sent, sort=sort), outbox, model, collected)

    async def _hear(self, sent: InputFile, outbox: Outbox, collected: CollectedInput) -> None:
        words = await self._hearing.transcribe(sent.attachment, outbox)
        if not sent.quoted:
            collected.words.append(words)
            collected.remarks.append(quote_transcript(words))
        elif collected.text or collected.words:
            collected.data.append(fence_untrusted(sent.marker, words))
        else:
            collected.words.append(words)  # the bot was named under a voice message: that message is the question

    async def _see(self, sent: InputFile, outbox: Outbox, model: str | None, collected: CollectedInput) -> None:
        file = sent.attachment
        if not self._seeing.supports_images(model):
            raise await self._seeing.unsupported_error(model)
        if len(collected.images) == MOST:
            raise UserFacingError("file.many", limit=MOST)
        collected.images[file.id] = await self._seeing.load(file.id, outbox, size=file.size)
        collected.data.append(f"[{sent.marker}]")

    async def _read(self, sent: InputFile, outbox: Outbox, collected: CollectedInput) -> None:
        left = self._room - collected.read
        if left < _WORTH_READING:
            raise UserFacingError("file.full", limit=f"{self._room:,}")
        excerpt = await load_document(sent.attachment, outbox, self._threads, most=left)
        collected.read += len(excerpt.text)
        collected.data.append(format_document(sent.attachment, excerpt))
        if excerpt.is_cut:
            read, all_of_it = f"{len(excerpt.text):,}", f"{excerpt.length:,}"
            collected.remarks.append(
                collected.say(
                    "file.cut_pages", length=read, name=sent.label, page=excerpt.pages_read, pages=excerpt.pages
                )
                if excerpt.pages
                else collected.say("file.cut", length=read, name=sent.label, total=all_of_it)
            )
