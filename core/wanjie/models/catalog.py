"""The models of the key, as people choose among them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog
from rapidfuzz import fuzz, process

from core.settings import WanjieSettings
from core.wanjie.client import WanjieClient
from core.wanjie.errors import AmbiguousModelError, ModelNameError, UnknownModelError, WanjieError

from .features import ModelFeatures
from .kinds import ModelKind, ModelKinds

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_SEPARATORS = re.compile(r"[\s\-_.]+")
_SUGGESTIONS = 5
_SIMILAR_ENOUGH = 60
# Seconds for which nobody asks again after a failure, as long as the list can be done without.
_RETRY_PAUSE = 30.0
# Seconds for which a list is beyond doubt: nobody makes us ask more often by naming models that do not exist.
_SURE_FOR = 5.0


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the key; `id` is spelt as Wanjie wants it."""

    id: str
    kind: ModelKind


class Catalog:
    """Know the models of the key, asking Wanjie at most once in `settings.catalog_ttl` seconds.

    However many callers wait, one request is under way. When a refresh fails, or takes longer than `grace` seconds, the
    old list is served; without one, the `WanjieError` is raised.
    """

    def __init__(
        self,
        client: WanjieClient,
        settings: WanjieSettings,
        *,
        grace: float = 2.0,
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
        self._grace = grace
        self._clock = clock
        self._lock = asyncio.Lock()
        self._listed: tuple[Model, ...] | None = None
        self._fresh_until = float("-inf")
        self._unlisted_until = float("-inf")
        self._asked_at = float("-inf")
        self._replaced: set[tuple[str, str]] = set()
        self._failure: tuple[float, WanjieError] | None = None

    async def models(self, kind: ModelKind | None = None) -> tuple[Model, ...]:
        """List the models, of one kind or all, in the platform's order."""
        listed = await self._list()
        return tuple(model for model in listed if kind in {None, model.kind})

    async def default_model(self, kind: Literal["chat", "speech", "image"]) -> str | None:
        """Tell the id of the model of chats that chose none: the configured one, else the list's first of its kind.

        None when the key has no model of this kind. Where the configured model is not listed, the first one takes its
        place; it is given out as it was written when Wanjie cannot be asked, or lists none of this kind.
        """
        if configured := self._defaults[kind]:
            return self._listed_or_first(configured, kind, await self._at_hand() or ())
        return next((model.id for model in await self.models(kind)), None)

    async def lists(self, name: str) -> bool:
        """Whether the key has a model that is called so, in any spelling."""
        try:
            return bool(_find(name, await self.models()))
        except ModelNameError:
            return False

    async def resolve(self, text: str, kind: ModelKind | None = None) -> Model:
        """Find the model that a person means, in any case, with any separators, or by a beginning that only it has.

        Raises:
            UnknownModelError: no model of `kind` is called so; it holds suggestions.
            AmbiguousModelError: several begin so; it holds their ids.
        """
        return _find(text.strip(), await self.models(kind))

    def kind_of(self, model_id: str) -> ModelKind:
        """Tell what a model is for, from its id alone; nobody is asked."""
        return self._kinds.kind_of(model_id)

    def forget(self) -> None:
        """Ask Wanjie again at the next call: the list has turned out to be wrong."""
        self._fresh_until = float("-inf")

    def refresh_if_doubtful(self) -> bool:
        """Forget the list because a model is missing from it, unless Wanjie was asked just now; tell which."""
        if self._clock() - self._asked_at < _SURE_FOR:
            return False
        self.forget()
        return True

    def _listed_or_first(self, name: str, kind: ModelKind, listed: tuple[Model, ...]) -> str:
        """Spell a configured model as listed; of those that it may mean, or else of its kind, take the first."""
        try:
            return _find(name, listed).id
        except AmbiguousModelError as error:
            instead = error.candidates[0]
        except UnknownModelError:
            instead = next((model.id for model in listed if model.kind == kind), name)
        if instead != name and (name, instead) not in self._replaced:
            self._replaced.add((name, instead))
            _log.warning("a configured model is not listed, another takes its place", model=name, instead=instead)
        return instead

    async def _at_hand(self) -> tuple[Model, ...] | None:
        """Give the list if it can be had without keeping a question waiting."""
        if self._listed is None and self._clock() < self._unlisted_until:
            return None
        try:
            async with asyncio.timeout(self._grace):
                return await self._list()
        except (WanjieError, TimeoutError):
            self._unlisted_until = self._clock() + _RETRY_PAUSE
            return None

    async def _list(self) -> tuple[Model, ...]:
        arrived = self._clock()
        if self._listed is not None and arrived < self._fresh_until:
            return self._listed
        async with self._lock:
            if self._listed is not None and self._clock() < self._fresh_until:
                return self._listed
            if self._listed is None and self._failure is not None and self._failure[0] >= arrived:
                # It failed while this caller waited for it; a queue of tries in turn would last for minutes.
                raise self._failure[1]
            return await self._refresh()

    async def _refresh(self) -> tuple[Model, ...]:
        self._asked_at = self._clock()
        try:
            async with asyncio.timeout(None if self._listed is None else self._grace):
                names = await self._client.models()
        except (WanjieError, TimeoutError) as error:
            return self._after(error)
        self._listed = tuple(Model(name, self._kinds.kind_of(name)) for name in names)
        self._fresh_until = self._clock() + self._ttl
        return self._listed

    def _after(self, error: WanjieError | TimeoutError) -> tuple[Model, ...]:
        if self._listed is not None:
            _log.warning("wanjie.catalog_stale", error=repr(error))
            self._fresh_until = self._clock() + min(self._ttl, _RETRY_PAUSE)
            return self._listed
        if isinstance(error, WanjieError):
            self._failure = (self._clock(), error)
        raise error


def _find(text: str, models: tuple[Model, ...]) -> Model:
    if exact := [model for model in models if model.id == text]:
        return exact[0]
    wanted = _folded(text)
    for fits in (_is_called, _begins_with):
        found = [model for model in models if wanted and fits(model, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousModelError(text, tuple(model.id for model in found))
    similar = process.extract(
        wanted,
        {model.id: _folded(model.id) for model in models},
        scorer=fuzz.WRatio,
        limit=_SUGGESTIONS,
        score_cutoff=_SIMILAR_ENOUGH,
    )
    raise UnknownModelError(text, tuple(name for _, _, name in similar))


def _is_called(model: Model, wanted: str) -> bool:
    return wanted in _names(model)


def _begins_with(model: Model, wanted: str) -> bool:
    return any(name.startswith(wanted) for name in _names(model))


def _names(model: Model) -> tuple[str, str]:
    """The id without differences of spelling, with its vendor (`Qwen/…`) and without."""
    folded = _folded(model.id)
    return folded, folded.rpartition("/")[2]


def _folded(text: str) -> str:
    return _SEPARATORS.sub("", text).casefold()
