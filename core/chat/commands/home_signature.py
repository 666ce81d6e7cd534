"""The signature of the page that the bot has for each person: a client brings back whose private chat it is for."""

from __future__ import annotations

from core.access import KeyReader
from core.chat.port.incoming import ChatRef

_HOME = "home"


async def sign_home(keys: KeyReader, chat: ChatRef, person: str) -> str:
    """Return the signature of the page of this person and their private chat. Raises a `STORE_ERRORS`."""
    return (await keys.read()).sign(*_list_words(chat, person))


async def is_own_home(keys: KeyReader, signature: str, chat: ChatRef, person: str) -> bool:
    """Whether the service made a page for this person and this private chat. Raises a `STORE_ERRORS`."""
    return await keys.verify(signature, *_list_words(chat, person))


def _list_words(chat: ChatRef, person: str) -> tuple[str, ...]:
    return _HOME, str(chat.parent), person
