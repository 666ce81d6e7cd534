"""The pictures that a model puts into its answer."""

from __future__ import annotations

from core.chat.checkpoint_fields import PICTURE_COUNT_FIELD
from core.queue import Job
from core.redis.stored_values import parse_stored
from core.store import AnswerFiles
from core.wanjie import ImageData, ImageLink, ImageResult

_MAX_PICTURES = 10
"""Pictures of an answer: as many as are posted together."""
_MAX_BYTES = 50_000_000
"""Bytes of all of them; they are held until the text is shown."""
_MAX_STORED_BYTES = 20_000_000
"""Bytes of all that are kept in the store meanwhile; the rest would be lost with the process."""
_DATA, _LINK, _LOST = b"d", b"l", b"-"
"""First byte of a stored picture."""


class AnswerPictures:
    """Collects the pictures of one answer, as many as can be shown.

    They are kept in the store until they are posted, so that a later owner of the job finds them: it shows the text
    that the checkpoint holds and does not ask the model again. Every async method raises `OwnershipLostError` when
    another process owns the job.
    """

    def __init__(self, files: AnswerFiles, job: Job, chat: str) -> None:
        self.found: list[ImageResult] = []
        self.lost = 0
        """How many were broken, or beyond the limits."""
        self._files = files
        self._job = job
        self._chat = chat
        self._size = 0

    async def begin(self) -> None:
        """Forget the pictures so far: the answer is written from its start."""
        self.found, self.lost, self._size = [], 0, 0
        if self._unposted_count:
            await self.forget()

    async def add(self, image: ImageResult | None) -> None:
        """Add the next picture; None is a broken one."""
        size = len(image.data) if isinstance(image, ImageData) else 0
        if image is None or len(self.found) == _MAX_PICTURES or self._size + size > _MAX_BYTES:
            self.lost += 1
            image = None
        else:
            self.found.append(image)
            self._size += size
        await self._job.checkpoint(**{PICTURE_COUNT_FIELD: str(len(self.found) + self.lost)})
        await self._files.add(self._chat, self._job.event_id, _LOST if self._size > _MAX_STORED_BYTES else _pack(image))

    async def restore(self) -> None:
        """Load what a former owner of the job collected and did not post, unless there are pictures already."""
        if self.found or self.lost or not self._unposted_count:
            return
        stored = [_unpack(packed) for packed in await self._files.list(self._chat, self._job.event_id)]
        self.found = [image for image in stored if image is not None]
        self.lost = self._unposted_count - len(self.found)

    async def forget(self) -> None:
        """Remove the pictures from the store: they are posted."""
        await self._job.checkpoint(**{PICTURE_COUNT_FIELD: "0"})
        await self._files.remove(self._chat, self._job.event_id)

    @property
    def _unposted_count(self) -> int:
        return parse_stored(PICTURE_COUNT_FIELD, self._job.state.get(PICTURE_COUNT_FIELD), int) or 0


def _pack(image: ImageResult | None) -> bytes:
    if image is None:
        return _LOST
    return _DATA + image.data if isinstance(image, ImageData) else _LINK + image.url.encode()


def _unpack(packed: bytes) -> ImageResult | None:
    kind, rest = packed[:1], packed[1:]
    if kind == _LINK:
        return ImageLink(rest.decode(errors="replace"))
    return ImageData(rest) if kind == _DATA else None
