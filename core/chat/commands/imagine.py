"""`/imagine`: pictures from words."""

from __future__ import annotations

from core.chat.actions.draw_pictures import VARIATION, load_prompt, paint, save_prompt
from core.chat.context import Call
from core.chat.delivery.button_data import Stamp
from core.chat.generation.image_prompt import read_order
from core.chat.text.user_error import ExcuseError


async def draw(call: Call) -> None:
    """Draw what the argument orders, or the message that is replied to.

    Files that came with the order are most likely meant to be changed, which image models cannot do here: nothing is
    drawn. Beside a file that is replied to, the pictures say that they are from the words alone; those that are drawn
    once more from what was ordered need not.
    """
    if call.incoming.attachments:
        raise ExcuseError("imagine.files")
    order = read_order(call.argument, call.quoted)
    unseen = call.incoming.quoted_attachments and order.prompt != " ".join(call.ordered.split())
    await paint(call, order, note=call.phrase("imagine.unseen") if unseen else "")


async def press_draw(call: Call, stamp: Stamp, rest: str) -> None:
    """Draw what is under the button once more, or a variation of it."""
    order = await load_prompt(call, stamp)
    if order is None:
        await call.say("imagine.old")
    elif rest == VARIATION:
        await save_prompt(call, stamp, order.counted)
        await paint(call, order.varied)
    else:
        await paint(call, order)


async def refuse_forgotten(call: Call, stamp: Stamp) -> str | None:
    """Tell at once that nobody remembers what was ordered."""
    return "imagine.old" if await load_prompt(call, stamp) is None else None
