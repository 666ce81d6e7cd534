"""Understanding what people send besides words: voice, pictures, documents."""

from __future__ import annotations

from core.media.workshop import Workshop
from core.settings import ChatSettings, WanjieSettings
from core.wanjie import Catalog, WanjieClient


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
