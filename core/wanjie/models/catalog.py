"""The list of the key's models, cached, and how people name them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from core.settings import WanjieSettings
from core.wanjie.client import WanjieClient
from core.wanjie.errors import AmbiguousModelError, ModelNameError, UnknownModelError, WanjieError

from .detect_kind import ModelKind, ModelKinds
from .detect_vision_and_tools import ModelFeatures
from .similar_names import find_similar_names

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_SEPARATORS = re.compile(r"[\s\-_.]+")
_MAX_SUGGESTIONS = 5
# Seconds between two requests after a failure, for callers that can do without the list.
_RETRY_DELAY = 30.0
# Seconds for which a list counts as fresh: users who name models that do not exist cannot cause more requests.
_MIN_REFRESH_INTERVAL = 5.0


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the key; `id` has Wanjie's spelling."""

    id: str
    kind: ModelKind


class Catalog:
    """Cache the list of models for `settings.catalog_ttl` seconds.

    Concurrent callers share one request. When a refresh fails, or takes longer than `refresh_timeout` seconds, the old
    list is returned; without one, the `WanjieError` is raised.
    """

    def __init__(
        self,
        client: WanjieClient,
        settings: WanjieSettings,
        *,
        refresh_timeout: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self.features = ModelFeatures(settings)
        self._kinds = ModelKinds(settings.model_kinds)
        self._defaults = {
            "chat": settings.default_model,
            "speech": settings.speech_model,
            "image": settings.image_model,
        }
        self._ttl = settings.catalog_ttl
        self._refresh_timeout = refresh_timeout
        self._clock = clock
        self._lock = asyncio.Lock()
        self._models: tuple[Model, ...] | None = None
        self._fresh_until = float("-inf")
        self._retry_at = float("-inf")
        self._refreshed_at = float("-inf")
        self._logged_replacements: set[tuple[str, str]] = set()
        self._failure: tuple[float, WanjieError] | None = None

    async def list_models(self, kind: ModelKind | None = None) -> tuple[Model, ...]:
        """List the models, of one kind or all, in the platform's order."""
        listed = await self._get_models()
        return tuple(model for model in listed if kind in {None, model.kind})

    async def choose_default(
        self,
        kind: Literal["chat", "speech", "image"],
        *,
        preferred: str | None = None,
        allows: Callable[[str], bool] = lambda _: True,
    ) -> str | None:
        """Choose the model for chats without a choice: the configured one, else the first of its kind in the list.

        `preferred` takes the place of the configured one; of the list, only models count that `allows` accepts. None
        when the key has no such model. The first of its kind replaces a configured model that is not listed. When
        Wanjie cannot be asked or lists none of this kind, the configured id is returned as written.
        """
        if configured := preferred or self._defaults[kind]:
            found = self._match_configured(configured, kind, await self._get_models_quickly() or ())
            if allows(found):
                return found
        return next((model.id for model in await self.list_models(kind) if allows(model.id)), None)

    async def has_model(self, name: str) -> bool:
        """Whether the key has a model of this name, in any spelling."""
        try:
            return bool(_find_model(name, await self.list_models()))
        except ModelNameError:
            return False

    async def resolve(self, text: str, kind: ModelKind | None = None) -> Model:
        """Find the model that a user names: in any case, with any separators, or by a unique prefix.

        Raises:
            UnknownModelError: no model of `kind` has this name; it holds suggestions.
            AmbiguousModelError: several have this prefix; it holds their ids.
        """
        return _find_model(text.strip(), await self.list_models(kind))

    def detect_kind(self, model_id: str) -> ModelKind:
        """Find the kind of a model from its id, without a request."""
        return self._kinds.detect_kind(model_id)

    def invalidate(self) -> None:
        """Request the list again at the next call, because it turned out to be wrong."""
        self._fresh_until = float("-inf")

    def invalidate_unless_fresh(self) -> bool:
        """Invalidate the list because a model is missing, unless it was requested just now; return whether it did."""
        if self._clock() - self._refreshed_at < _MIN_REFRESH_INTERVAL:
            return False
        self.invalidate()
        return True

    def _match_configured(self, name: str, kind: ModelKind, listed: tuple[Model, ...]) -> str:
        """Find a configured model in the list; else take the first with its prefix, else the first of its kind."""
        try:
            return _find_model(name, listed).id
        except AmbiguousModelError as error:
            instead = error.candidates[0]
        except UnknownModelError:
            instead = next((model.id for model in listed if model.kind == kind), name)
        if instead != name and (name, instead) not in self._logged_replacements:
            self._logged_replacements.add((name, instead))
            _log.warning("a configured model is not listed, another takes its place", model=name, instead=instead)
        return instead

    async def _get_models_quickly(self) -> tuple[Model, ...] | None:
        """Return the list unless that would delay a question."""
        if self._models is None and self._clock() < self._retry_at:
            return None
        try:
            async with asyncio.timeout(self._refresh_timeout):
                return await self._get_models()
        except (WanjieError, TimeoutError):
            self._retry_at = self._clock() + _RETRY_DELAY
            return None

    async def _get_models(self) -> tuple[Model, ...]:
        arrived = self._clock()
        if self._models is not None and arrived < self._fresh_until:
            return self._models
        async with self._lock:
            if self._models is not None and self._clock() < self._fresh_until:
                return self._models
            if self._models is None and self._failure is not None and self._failure[0] >= arrived:
                # The request failed while this caller waited; one attempt after another would take minutes.
                raise self._failure[1]
            return await self._refresh()

    async def _refresh(self) -> tuple[Model, ...]:
        self._refreshed_at = self._clock()
        try:
            async with asyncio.timeout(None if self._models is None else self._refresh_timeout):
                names = await self._client.list_models()
        except (WanjieError, TimeoutError) as error:
            return self._handle_failure(error)
        self._models = tuple(Model(name, self._kinds.detect_kind(name)) for name in names)
        self._fresh_until = self._clock() + self._ttl
        return self._models

    def _handle_failure(self, error: WanjieError | TimeoutError) -> tuple[Model, ...]:
        if self._models is not None:
            _log.warning("wanjie.catalog_stale", error=error)
            self._fresh_until = self._clock() + min(self._ttl, _RETRY_DELAY)
            return self._models
        if isinstance(error, WanjieError):
            self._failure = (self._clock(), error)
        raise error


def _find_model(text: str, models: tuple[Model, ...]) -> Model:
    if exact := [model for model in models if model.id == text]:
        return exact[0]
    wanted = _fold(text)
    for fits in (_has_name, _has_prefix):
        found = [model for model in models if wanted and fits(model, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousModelError(text, tuple(model.id for model in found))
    spellings = {model.id: _fold(model.id) for model in models}
    raise UnknownModelError(text, find_similar_names(wanted, spellings, _MAX_SUGGESTIONS))


def _has_name(model: Model, wanted: str) -> bool:
    return wanted in _fold_names(model)


def _has_prefix(model: Model, wanted: str) -> bool:
    return any(name.startswith(wanted) for name in _fold_names(model))


def _fold_names(model: Model) -> tuple[str, str]:
    """Return the id without differences of spelling, with its vendor (`Qwen/…`) and without."""
    folded = _fold(model.id)
    return folded, folded.rpartition("/")[2]


def _fold(text: str) -> str:
    return _SEPARATORS.sub("", text).casefold()
