"""`/file`: the code of an answer as files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from core.chat.checkpoint_fields import get_code_file_fields
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.delivery.post_media import is_posted, post_media
from core.chat.port.media import Document
from core.chat.text.code_files import CodeFile, find_code_files
from core.store import Conversations

from .find_answer import find_newest_answer, find_pressed_answer

_MAX_FILES = 4
"""More files than this are posted as one archive."""
_ARCHIVE_NAME = "code.zip"


class FileCommand:
    """Posts the code blocks of answers as files."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def post_code(self, context: EventContext) -> None:
        """Post the code of the message that the command replies to, else of the newest answer."""
        await self._post(context, context.incoming.quoted or await find_newest_answer(self._conversations, context))

    async def press_file(self, context: EventContext, button_data: ButtonData, part: str) -> None:
        """Post the code of the answer above the button; see `find_pressed_answer`."""
        await self._post(context, await find_pressed_answer(self._conversations, context, button_data, part))

    async def _post(self, context: EventContext, answer: str) -> None:
        """Post each file once."""
        documents = _make_documents(find_code_files(answer))
        if not documents:
            await context.reply("code_files.none")
        for number, document in enumerate(documents, 1):
            fields = get_code_file_fields(number)
            if not is_posted(context.job, fields):
                await post_media(context, document, fields)


def _make_documents(files: Sequence[CodeFile]) -> tuple[Document, ...]:
    if len(files) <= _MAX_FILES:
        return tuple(Document(file.text.encode(errors="replace"), file.name) for file in files)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in files:
            packed.writestr(file.name, file.text.encode(errors="replace"))
    return (Document(archive.getvalue(), _ARCHIVE_NAME),)
