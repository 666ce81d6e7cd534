"""Pictures from words, drawn and posted once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import structlog

from core.chat.context import Call
from core.chat.delivery.activity import at_work
from core.chat.delivery.button_data import Stamp
from core.chat.delivery.cancellation import unless_stopped
from core.chat.delivery.post_media import attach, attached
from core.chat.generation.image_caption import caption
from core.chat.generation.image_prompt import Order
from core.chat.generation.images import Drawing
from core.chat.port.errors import RefusedError
from core.chat.port.media import Album
from core.chat.port.menus import Button
from core.chat.text.user_error import ExcuseError
from core.queue import tag_of
from core.store import Choices

_log = structlog.get_logger()

_SAME, VARIATION = "again", "vary"


async def paint(call: Call, order: Order, *, note: str = "", name: str = "drawn_") -> None:
    """Have the chat's image model draw `order` and post what it made, with a `note` below the words.

    `name` sets several posts of a turn apart.

    Raises the errors of `Painting`, `ExcuseError` among them, `StoppedError`, and those of `attach` but
    `RefusedError`. A turn that is run again posts nothing twice.
    """
    if attached(call.turn, name):
        return
    async with at_work(call.outbox, "drawing"):
        drawing, album = await unless_stopped(call.turn, _album(call, order, note, name))
    # A stamp of its own, since a turn may draw more than once.
    stamp = replace(Stamp.of(call.turn, call.incoming), tag=tag_of(f"{call.turn.event_id} {name}"))
    await save_prompt(call, stamp, drawing.order)
    buttons = (
        Button(call.phrase("imagine.again"), "imagine", f"{stamp} {_SAME}"),
        Button(call.phrase("imagine.vary"), "imagine", f"{stamp} {VARIATION}"),
    )
    try:
        async with at_work(call.outbox, "uploading"):
            await attach(call.turn, call.outbox, album, name=name, buttons=buttons)
    except RefusedError as error:
        _log.warning("pictures were refused", error=str(error), sizes=[len(one.data) for one in album.pictures])
        raise ExcuseError("imagine.unshown") from error
    _log.info("drawn", pictures=len(album.pictures), model=drawing.model, attempt=call.turn.attempt)


async def _album(call: Call, order: Order, note: str, name: str) -> tuple[Drawing, Album]:
    """What was drawn for this owner of the turn or, so that it is paid for once, for a former one."""
    field = f"{name}drawing"
    if kept := call.turn.state.get(field):
        with suppress(ExcuseError):  # its links may have died of old age
            return await _fetched(call, Drawing.unpack(kept), note)
    drawing = await _drawn(call, order)
    if packed := drawing.pack():
        await call.turn.checkpoint(**{field: packed})
    return await _fetched(call, drawing, note)


async def _fetched(call: Call, drawing: Drawing, note: str) -> tuple[Drawing, Album]:
    haul = await call.desk.painting.fetch(drawing, most=call.outbox.capabilities.upload_limit)
    some = call.phrase("imagine.some", count=haul.missing) if haul.missing else ""
    notes = "\n".join(filter(None, (note, some)))
    return drawing, Album(haul.pictures, caption(drawing.order, drawing.model, notes))


async def _drawn(call: Call, order: Order) -> Drawing:
    choices = await call.choices()
    translator = await _translator(call, choices)
    return await call.use("image", choices, lambda model: call.desk.painting.draw(order, model, translator))


async def _translator(call: Call, choices: Choices) -> str | None:
    """The chat's own model, unless that one makes videos of what it is told."""
    catalog = call.desk.catalog
    model = await call.desk.chosen.model(choices, "chat")
    return model if model is None or catalog.kind_of(model) == "chat" else await catalog.default_model("chat")


async def save_prompt(call: Call, stamp: Stamp, order: Order) -> None:
    await call.desk.conversations.note(_shelf(call), f"order:{stamp.tag}", order.pack())


async def load_prompt(call: Call, stamp: Stamp) -> Order | None:
    noted = await call.desk.conversations.noted(_shelf(call), f"order:{stamp.tag}")
    return Order.unpack(noted) if noted else None


def _shelf(call: Call) -> str:
    """Where orders are kept: a message above a thread may be pressed as a part of it, so all threads share them."""
    return str(call.incoming.chat.parent)
