"""Having pictures made: from an order in words to files that were checked."""

from __future__ import annotations

from core.media.workshop import Workshop
from core.settings import WanjieSettings
from core.wanjie import Catalog, WanjieClient


class Painting:
    """Paints with the key's image models."""

    def __init__(self, client: WanjieClient, catalog: Catalog, workshop: Workshop, wanjie: WanjieSettings) -> None:
        self._client = client
        self._catalog = catalog
        self._workshop = workshop
        self._wanjie = wanjie
