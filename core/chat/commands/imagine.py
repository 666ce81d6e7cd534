"""`/imagine`: pictures from words."""

from __future__ import annotations

from core.chat.actions.draw_pictures import VARIATION, draw_and_post, load_prompt, save_prompt
from core.chat.context import CommandContext
from core.chat.delivery.button_data import ButtonData
from core.chat.generation.image_prompt import parse_imagine
from core.chat.text.user_error import UserFacingError


async def draw(context: CommandContext) -> None:
    """Draw what the argument orders, or the message that is replied to.

    Files that came with the order are most likely meant to be changed, which image models cannot do here: nothing is
    drawn. Beside a file that is replied to, the pictures say that they are from the words alone; those that are drawn
    once more from what was ordered need not.
    """
    if context.incoming.attachments:
        raise UserFacingError("imagine.files")
    order = parse_imagine(context.argument, context.quoted)
    unseen = context.incoming.quoted_attachments and order.prompt != " ".join(context.drawn_prompt.split())
    await draw_and_post(context, order, note=context.translate("imagine.unseen") if unseen else "")


async def press_draw(context: CommandContext, button_data: ButtonData, rest: str) -> None:
    """Draw what is under the button once more, or a variation of it."""
    order = await load_prompt(context, button_data)
    if order is None:
        await context.reply("imagine.old")
    elif rest == VARIATION:
        await save_prompt(context, button_data, order.counted)
        await draw_and_post(context, order.next_variation)
    else:
        await draw_and_post(context, order)


async def forgotten_prompt_error(context: CommandContext, button_data: ButtonData) -> str | None:
    """Tell at once that nobody remembers what was ordered."""
    return "imagine.old" if await load_prompt(context, button_data) is None else None
