"""The models that chats have chosen, and the replacement of one that is no longer available."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import structlog

from core.access import ModelPermissions
from core.chat.checkpoint_fields import get_fallback_notice_fields
from core.chat.delivery.event_context import EventContext
from core.chat.port.incoming import ChatRef
from core.chat.text.user_error import UserFacingError
from core.store import ChatPreferences, Conversations, PreferenceName
from core.wanjie import Catalog, ModelNotFoundError

from .closed_model_notice import ClosedModelNotices

_log = structlog.get_logger()

_Result = TypeVar("_Result")
Work: TypeAlias = Literal["chat", "speech", "image"]
"""What a chat has a model for."""


@dataclass(frozen=True, slots=True)
class _WorkKeys:
    """The preference that holds the model for some work, and the keys of the sentences about it."""

    preference: PreferenceName
    none: str
    gone: str
    fallback: str
    closed: str


_WORK_KEYS: dict[Work, _WorkKeys] = {
    "chat": _WorkKeys("model", "model.none_chat", "model.gone_chat", "model.fallback_chat", "model.closed_chat"),
    "speech": _WorkKeys(
        "speech_model", "model.none_speech", "model.gone_speech", "model.fallback_speech", "model.closed_speech"
    ),
    "image": _WorkKeys(
        "image_model", "model.none_image", "model.gone_image", "model.fallback_image", "model.closed_image"
    ),
}


def chosen_model(preferences: ChatPreferences, work: Work) -> str | None:
    """Return the model that was chosen for some work; None: the default one."""
    model: str | None = getattr(preferences, _WORK_KEYS[work].preference)
    return model


class ChatModels:
    """The preferences of a chat and the models that follow from them for one person; each is looked up once."""

    def __init__(self, preferences: ChatPreferences, catalog: Catalog, permissions: ModelPermissions) -> None:
        self.preferences = preferences
        self._permissions = permissions
        self._catalog = catalog
        self._models: dict[Work, str | None] = {}

    async def find(self, work: Work) -> str | None:
        """Return the id of the chat's model for some work; None when the key has none that the person may use.

        Raises a `WanjieError` when that takes the list of models and the list is not available.
        """
        if work not in self._models:
            chosen = chosen_model(self.preferences, work)
            is_open = chosen is not None and self._permissions.allows(chosen)
            self._models[work] = chosen if is_open else await self.find_default(work)
        return self._models[work]

    async def find_default(self, work: Work) -> str | None:
        """Return the model that the person gets where none is chosen; see `find`."""
        permissions = self._permissions
        return await self._catalog.choose_default(
            work, preferred=permissions.defaults.get(work), allows=permissions.allows
        )

    def find_closed(self, work: Work) -> str | None:
        """Return the model that was chosen for some work if the person may not use it."""
        chosen = chosen_model(self.preferences, work)
        return None if chosen is None or self._permissions.allows(chosen) else chosen

    def allows(self, model: str) -> bool:
        """Whether the person may use a model."""
        return self._permissions.allows(model)

    @property
    def are_limited(self) -> bool:
        """Whether there may be models that the person may not use."""
        return self._permissions.are_limited

    def set(self, work: Work, model: str) -> None:
        """Use `model` from now on."""
        self._models[work] = model


class ModelSelector:
    """Knows which model does what in which chat."""

    def __init__(self, catalog: Catalog, conversations: Conversations) -> None:
        self._catalog = catalog
        self._conversations = conversations
        self._closed_notices = ClosedModelNotices(conversations)

    async def load(self, chat: ChatRef, permissions: ModelPermissions) -> ChatModels:
        """Read what holds in a chat for a person with these permissions.

        That is the chat's own preferences, else those of the chat around it.
        """
        preferences = await self._conversations.get_effective_preferences(str(chat), str(chat.parent))
        return self.of(preferences, permissions)

    def of(self, preferences: ChatPreferences, permissions: ModelPermissions) -> ChatModels:
        """Return the models that follow from preferences."""
        return ChatModels(preferences, self._catalog, permissions)

    async def run_with_model(
        self, context: EventContext, models: ChatModels, work: Work, do: Callable[[str], Awaitable[_Result]]
    ) -> _Result:
        """Do something with the chat's model; when that is gone, say so once and use the one that holds then.

        The preference for the model that is gone is cleared. One that the sender may not use stays, for those who may.
        Log lines of the job name the model from here on. Raises `UserFacingError` when there is no model left, and
        whatever `do` raises but `ModelNotFoundError`.
        """
        model = await models.find(work)
        if model is None:
            raise UserFacingError("model.none_open" if models.are_limited else _WORK_KEYS[work].none)
        if (closed := models.find_closed(work)) is not None:
            sentence = context.translate(_WORK_KEYS[work].closed, model=closed, default=model)
            await self._closed_notices.report(context, work, closed, sentence)
        structlog.contextvars.bind_contextvars(model=model)
        try:
            return await do(model)
        except ModelNotFoundError:
            self._catalog.invalidate()
        replacement = await self._replace(context, models, work, model)
        models.set(work, replacement)
        structlog.contextvars.bind_contextvars(model=replacement)
        try:
            return await do(replacement)
        except ModelNotFoundError as error:
            self._catalog.invalidate()
            raise _gone_error(work, replacement) from error

    async def _replace(self, context: EventContext, models: ChatModels, work: Work, model: str) -> str:
        """Clear the preference for a model that is gone, say which one takes its place, and return that one."""
        chat = context.incoming.chat
        replacement = await self._find_replacement(chat, models, work, model)
        if replacement is None:
            raise _gone_error(work, model)
        _log.warning("a model is gone", instead=replacement)
        await self._clear_preference(chat, work, model)
        text = context.translate(_WORK_KEYS[work].fallback, model=model, default=replacement)
        await context.reply_text(text, fields=get_fallback_notice_fields(work))
        return replacement

    async def _find_replacement(self, chat: ChatRef, models: ChatModels, work: Work, model: str) -> str | None:
        """What holds without the choice of `model`: that of the chat around, else the default; None: nothing else."""
        around = chosen_model(await self._conversations.get_preferences(str(chat.parent)), work)
        if around is None or around == model or not models.allows(around):
            around = await models.find_default(work)
        return None if around == model else around

    async def _clear_preference(self, chat: ChatRef, work: Work, model: str) -> None:
        """Undo a choice where it was made: in the chat, or in the one around it."""
        for place in {str(chat), str(chat.parent)}:
            if chosen_model(await self._conversations.get_preferences(place), work) == model:
                await self._conversations.set_preference(place, _WORK_KEYS[work].preference, None)


def _gone_error(work: Work, model: str) -> UserFacingError:
    _log.warning("a model is gone, and no other takes its place")
    return UserFacingError(_WORK_KEYS[work].gone, model=model)
