"""Having texts spoken: in pieces, at once, joined into one recording, and kept for the next time."""

from __future__ import annotations

from core.media.workshop import Workshop
from core.settings import ChatSettings, WanjieSettings
from core.wanjie import Catalog, WanjieClient


class Speech:
    """Speaks texts with the key's speech models."""

    def __init__(
        self, client: WanjieClient, catalog: Catalog, workshop: Workshop, wanjie: WanjieSettings, chat: ChatSettings
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._workshop = workshop
        self._wanjie = wanjie
        self._chat = chat
