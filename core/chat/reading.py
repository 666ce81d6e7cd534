"""Understanding what people send besides words: voice, pictures, documents."""

from __future__ import annotations

from collections.abc import Sequence

from core.media.workshop import Workshop
from core.settings import ChatSettings, WanjieSettings
from core.store import Remembered
from core.wanjie import Catalog, WanjieClient

from .message import Incoming
from .outbox import Outbox
from .prompts import question_of
from .question import Question


class Reading:
    """Makes questions of attachments."""

    def __init__(
        self, client: WanjieClient, catalog: Catalog, workshop: Workshop, wanjie: WanjieSettings, chat: ChatSettings
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._workshop = workshop
        self._wanjie = wanjie
        self._chat = chat

    async def question(
        self, incoming: Incoming, outbox: Outbox, history: Sequence[Remembered], *, model: str | None
    ) -> tuple[Question, tuple[str, ...]]:
        """What the user asks, and sentences to be said above the answer."""
        return Question(question_of(incoming, history)), ()

    async def pictures(self, history: Sequence[Remembered], outbox: Outbox, model: str | None) -> dict[str, str]:
        """The newest pictures of the history as data URLs, by the platform's ids."""
        return {}
