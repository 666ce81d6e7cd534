"""The pictures that a model puts into its answer."""

from __future__ import annotations

from core.wanjie import ImageData, ImageResult

_MOST = 10
"""Pictures of an answer: as many as are posted together."""
_LARGEST = 50_000_000
"""Bytes of all of them; they are held until the words stand."""


class AnswerPictures:
    """Collects the pictures of one answer, as many as can be shown."""

    def __init__(self) -> None:
        self.found: list[ImageResult] = []
        self.lost = 0
        """How many were broken or too much."""
        self._size = 0

    def begin(self) -> None:
        """Forget what was collected: the answer is written from its start."""
        self.found, self.lost, self._size = [], 0, 0

    def add(self, image: ImageResult | None) -> None:
        """Take the next picture; None is a broken one."""
        size = len(image.data) if isinstance(image, ImageData) else 0
        if image is None or len(self.found) == _MOST or self._size + size > _LARGEST:
            self.lost += 1
            return
        self.found.append(image)
        self._size += size
