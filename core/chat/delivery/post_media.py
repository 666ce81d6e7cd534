"""Posting media once, whatever dies in between."""

from __future__ import annotations

from dataclasses import replace

from core.chat.port.errors import AbsentError, FloodedError, GoneError, MediaForbiddenError, RefusedError
from core.chat.port.media import Album, Voice
from core.chat.port.menus import Button
from core.chat.port.outbox import Outbox
from core.chat.port.page import Page
from core.chat.text.user_error import ExcuseError
from core.queue import Turn

from .checkpoint import Progress
from .retry import insist


def attached(turn: Turn, name: str) -> bool:
    """Whether media were posted under this name already, by this owner of the turn or a former one."""
    pages = Progress(turn, name).pages
    return bool(pages and pages[0].message_id)


async def attach(
    turn: Turn, outbox: Outbox, media: Voice | Album, *, name: str = "media_", buttons: tuple[Button, ...] = ()
) -> None:
    """Post `media`, however long the platform makes us wait, unless a former owner of the turn did.

    `name` sets one post of a turn apart from another. Raises what waiting cannot mend, `GoneError`, `RefusedError`
    (`VoiceForbiddenError` among them) and `ExcuseError` where the bot is used without being there or may not post
    such media, and `FencedError` when another process owns the turn.
    """
    progress = Progress(turn, name)
    page = progress.pages[0] if progress.pages else Page(start=0, media=True)

    async def post() -> Page:
        begun = await _begun(page, outbox, progress)
        try:
            return await outbox.attach(begun, media, buttons)
        except (FloodedError, RefusedError, GoneError):
            await progress.save([replace(begun, sending=False)])  # it was clearly not carried out
            raise

    try:
        await progress.save([await insist(post)])
    except AbsentError as error:
        raise ExcuseError("attach.absent") from error
    except MediaForbiddenError as error:
        raise ExcuseError("attach.no_voice" if isinstance(media, Voice) else "attach.no_pictures") from error


async def _begun(page: Page, outbox: Outbox, progress: Progress) -> Page:
    """Write down what is about to be posted; look for a post of which nobody knows whether it landed."""
    known = progress.pages[0] if progress.pages else page
    if known.sending and not known.message_id:
        known = await outbox.recover(known)
    if not known.message_id:
        known = replace(known, sending=True, after=outbox.horizon())
    await progress.save([known])
    return known
