"""The models that chats have chosen, and what takes the place of one that is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import structlog

from core.chat.delivery.notice import send_notice
from core.chat.port.incoming import ChatRef, Incoming
from core.chat.port.outbox import Outbox
from core.chat.text.translations import Translations
from core.chat.text.user_error import UserFacingError
from core.queue import Job
from core.store import ChatPreferences, Conversations, PreferenceName
from core.wanjie import Catalog, ModelNotFoundError

_log = structlog.get_logger()

T = TypeVar("T")
Work: TypeAlias = Literal["chat", "speech", "image"]
"""What a chat has a model for."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Where the choice for some work is kept, and what is told of its models."""

    field: PreferenceName
    none: str
    gone: str
    fallback: str


_WORKS: dict[Work, _Told] = {
    "chat": _Told("model", "model.none_chat", "model.gone_chat", "model.fallback_chat"),
    "speech": _Told("speech_model", "model.none_speech", "model.gone_speech", "model.fallback_speech"),
    "image": _Told("image_model", "model.none_image", "model.gone_image", "model.fallback_image"),
}


def model_in(preferences: ChatPreferences, work: Work) -> str | None:
    """The model that was chosen for some work; None: the default one."""
    chosen: str | None = getattr(preferences, _WORKS[work].field)
    return chosen


class ModelSelector:
    """Knows which model does what in which chat."""

    def __init__(self, catalog: Catalog, conversations: Conversations, translations: Translations) -> None:
        self._catalog = catalog
        self._conversations = conversations
        self._translations = translations

    async def preferences(self, chat: ChatRef) -> ChatPreferences:
        """What holds in a chat: its own choices, else those of the chat around it."""
        own = await self._conversations.get_preferences(str(chat))
        return (
            own
            if chat.parent == chat
            else own.with_fallback(await self._conversations.get_preferences(str(chat.parent)))
        )

    async def model_for(self, preferences: ChatPreferences, work: Work) -> str | None:
        """The id of the model that works in a chat with these choices; None when the key has none for this.

        Raises a `WanjieError` when it takes the list of models to tell, and that cannot be had.
        """
        return model_in(preferences, work) or await self._catalog.default_model(work)

    async def run_with_model(
        self,
        work: Work,
        preferences: ChatPreferences,
        do: Callable[[str], Awaitable[T]],
        *,
        job: Job,
        incoming: Incoming,
        outbox: Outbox,
    ) -> T:
        """Do something with the chat's model; when that is gone, say so once and do it with the one that holds then.

        The choice is taken back then. Log lines of the turn name the model from here on. Raises `UserFacingError` when
        there is no model left, and whatever `do` raises but `ModelNotFoundError`.
        """
        model = await self.model_for(preferences, work)
        if model is None:
            raise UserFacingError(_WORKS[work].none)
        structlog.contextvars.bind_contextvars(model=model)
        try:
            return await do(model)
        except ModelNotFoundError:
            self._catalog.forget()
        instead = await self._instead(incoming.chat, work, model)
        if instead is None:
            raise self._gone(work, model)
        _log.warning("a model is gone", instead=instead)
        await self._take_back(incoming.chat, work, model)
        said = self._translations.text(
            _WORKS[work].fallback,
            incoming.sender.locale,
            sign=incoming.command_sign,
            model=model,
            default=instead,
        )
        await send_notice(job, outbox, said, name=f"fallback_{work}_")
        structlog.contextvars.bind_contextvars(model=instead)
        try:
            return await do(instead)
        except ModelNotFoundError as error:
            self._catalog.forget()
            raise self._gone(work, instead) from error

    async def _instead(self, chat: ChatRef, work: Work, model: str) -> str | None:
        """What holds without the choice of `model`: that of the chat around, else the default; None: nothing else."""
        around = model_in(await self._conversations.get_preferences(str(chat.parent)), work)
        if around is None or around == model:
            around = await self._catalog.default_model(work)
        return None if around == model else around

    def _gone(self, work: Work, model: str) -> UserFacingError:
        _log.warning("a model is gone, and no other takes its place")
        return UserFacingError(_WORKS[work].gone, model=model)

    async def _take_back(self, chat: ChatRef, work: Work, model: str) -> None:
        """Undo a choice where it was made: in the chat, or in the one around it."""
        for place in {str(chat), str(chat.parent)}:
            if model_in(await self._conversations.get_preferences(place), work) == model:
                await self._conversations.set_preference(place, _WORKS[work].field, None)
