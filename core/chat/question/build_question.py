"""Building the question of a message: its text, voice messages, pictures and documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from core.chat.delivery.activity_indicator import activity_indicator
from core.chat.port.incoming import Attachment, Incoming
from core.chat.port.markdown import Markdown, format_code
from core.chat.port.outbox import Outbox
from core.chat.text.attribution import replace_marks, shorten_quote
from core.chat.text.translations import Translations
from core.chat.text.user_error import UserFacingError
from core.media.decoding.pool import DecoderPool
from core.media.visible_text import strip_invisible
from core.settings import ChatSettings, WanjieSettings
from core.store import HistoryMessage
from core.usage import MeteredClient, Payer
from core.wanjie import Catalog

from .attachment_kinds import InputKind, classify, classify_by_type, display_name, is_video
from .collected_input import CollectedInput, InputFile
from .documents import fence_untrusted, format_document, load_document
from .download_and_decode import ReceivedFiles
from .images_for_vision import MAX_IMAGES, ImageLoader
from .prompt import question_text
from .question import Question
from .quoted_message import is_newest_answer
from .show_transcript import quote_transcript
from .transcription import Transcriber

_LABELS: dict[InputKind, str] = {
    "sound": "file.a_sound",
    "picture": "file.a_picture",
    "document": "file.a_document",
    "other": "file.a_thing",
}
_RESERVED_TOKENS = 2_000
"""Tokens of a question that documents leave for the text about them."""
_MIN_ROOM = 200
"""Characters; with less room than that no document is read."""


class QuestionBuilder:
    """Makes questions of messages."""

    def __init__(
        self,
        client: MeteredClient,
        catalog: Catalog,
        decoders: DecoderPool,
        translations: Translations,
        wanjie: WanjieSettings,
        chat: ChatSettings,
    ) -> None:
        self._files = ReceivedFiles(decoders)
        self._transcriber = Transcriber(client, wanjie, self._files)
        self._images = ImageLoader(catalog, self._files)
        self._translations = translations
        # A character is a token at most, and a question of more tokens than a history may have is refused.
        self._room = min(chat.file_limit, max(chat.history_tokens - _RESERVED_TOKENS, _MIN_ROOM))

    @property
    def can_transcribe(self) -> bool:
        """Whether it understands voice messages."""
        return self._transcriber.works

    async def build(
        self,
        incoming: Incoming,
        outbox: Outbox,
        history: Sequence[HistoryMessage],
        *,
        model: str | None,
        payer: Payer,
    ) -> tuple[Question, tuple[str, ...]]:
        """Return the question as the chat model `model` reads it, and notes to be shown above the answer.

        The text is "" when there is nothing to answer. The files of the message replied to belong to the question.
        Raises `UserFacingError` when its subject cannot be understood; a `WanjieError` when the transcription of a
        voice message fails; `RecipientGoneError`.
        """
        incoming, notes = self._shorten_quote(incoming, history)
        files = self._list_files(incoming)
        if not files:
            return Question(question_text(incoming, history)), notes
        read = len(incoming.discussion or incoming.quoted)
        collected = CollectedInput(
            strip_invisible(incoming.text),
            payer,
            partial(self._translate, incoming),
            read=read,
            notes=[*notes],
        )
        async with activity_indicator(outbox, "writing"):
            for file in files:
                try:
                    await self._add(file, outbox, model, collected)
                except UserFacingError as error:
                    collected.failures.append((file, error))
        if collected.error is not None:
            raise collected.error
        text = question_text(replace(incoming, text=collected.text_for_model()), history)
        return Question(text, tuple(collected.images.values()), tuple(collected.images)), collected.all_notes()

    async def load_pictures(
        self, history: Sequence[HistoryMessage], outbox: Outbox, model: str | None, *, person: str
    ) -> dict[str, str]:
        """Load the newest pictures of the history as data URLs, by the platform's ids; none for a model without vision.

        Those that cannot be downloaded any more are left out.
        """
        if not self._images.supports_images(model):
            return {}
        return await self._images.load_history(history, outbox, person=person)

    def _shorten_quote(self, incoming: Incoming, history: Sequence[HistoryMessage]) -> tuple[Incoming, tuple[str, ...]]:
        """Shorten a quote that is too long, and return a note that says so."""
        quoted = strip_invisible(incoming.quoted)
        if len(quoted) <= self._room or incoming.discussion or is_newest_answer(incoming, history):
            return incoming, ()
        name = self._translate(incoming, "file.a_quote")
        cut = self._translate(incoming, "file.cut", name=name, length=f"{self._room:,}", total=f"{len(quoted):,}")
        return replace(incoming, quoted=shorten_quote(quoted, self._room)), (cut,)

    def _list_files(self, incoming: Incoming) -> list[InputFile]:
        """List the files of the message, then those of the message that it replies to."""
        return [
            InputFile(attachment, classify(attachment), self._label(attachment, incoming), is_quoted)
            for is_quoted, attachments in ((False, incoming.attachments), (True, incoming.quoted_attachments))
            for attachment in attachments
        ]

    def _label(self, attachment: Attachment, incoming: Incoming) -> Markdown:
        name = display_name(attachment)
        return format_code(name) if name else self._translate(incoming, _LABELS[classify(attachment)])

    def _translate(self, incoming: Incoming, key: str, /, **values: object) -> Markdown:
        return self._translations.text(key, incoming.sender.locale, sign=incoming.command_sign, **values)

    async def _add(self, file: InputFile, outbox: Outbox, model: str | None, collected: CollectedInput) -> None:
        match file.kind:
            case "sound":
                await self._add_transcript(file, outbox, collected)
            case "picture":
                await self._add_image(file, outbox, model, collected)
            case "document":
                await self._add_document_or(file, outbox, model, collected)
            case "other" if self._transcriber.works and is_video(file.attachment):
                await self._add_transcript(file, outbox, collected)
            case "other":
                raise UserFacingError("file.other")

    async def _add_document_or(
        self, file: InputFile, outbox: Outbox, model: str | None, collected: CollectedInput
    ) -> None:
        """Add a document; one that holds no text may be of the kind that its media type says."""
        try:
            await self._add_document(file, outbox, collected)
        except UserFacingError as error:
            kind = classify_by_type(file.attachment)
            if error.key != "file.unreadable" or kind == "document":
                raise
            await self._add(replace(file, kind=kind), outbox, model, collected)

    async def _add_transcript(self, file: InputFile, outbox: Outbox, collected: CollectedInput) -> None:
        heard = await self._transcriber.transcribe(file.attachment, outbox, payer=collected.payer)
        transcript = replace_marks(heard)
        if not file.is_quoted:
            collected.transcripts.append(transcript)
            collected.notes.append(quote_transcript(transcript))
        elif collected.text or collected.transcripts:
            collected.data.append(fence_untrusted(file.marker, transcript))
        else:  # the bot was named under a voice message: that message is the question
            collected.transcripts.append(transcript)

    async def _add_image(self, file: InputFile, outbox: Outbox, model: str | None, collected: CollectedInput) -> None:
        attachment = file.attachment
        if not self._images.supports_images(model):
            raise await self._images.unsupported_error(model, collected.payer)
        if len(collected.images) == MAX_IMAGES:
            raise UserFacingError("file.many", limit=MAX_IMAGES)
        collected.images[attachment.id] = await self._images.load(
            attachment.id, outbox, person=collected.payer.person, size=attachment.size
        )
        collected.data.append(f"[{file.marker}]")

    async def _add_document(self, file: InputFile, outbox: Outbox, collected: CollectedInput) -> None:
        room = self._room - collected.read
        if room < _MIN_ROOM:
            raise UserFacingError("file.full", limit=f"{self._room:,}")
        excerpt = await load_document(file.attachment, outbox, self._files, most=room, person=collected.payer.person)
        collected.read += len(excerpt.text)
        collected.data.append(format_document(file.attachment, excerpt))
        if excerpt.is_cut:
            length = f"{len(excerpt.text):,}"
            note = (
                collected.translate(
                    "file.cut_pages", length=length, name=file.label, page=excerpt.pages_read, pages=excerpt.pages
                )
                if excerpt.pages
                else collected.translate("file.cut", length=length, name=file.label, total=f"{excerpt.length:,}")
            )
            collected.notes.append(note)
