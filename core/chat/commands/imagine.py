"""`/imagine`: pictures from words."""

from __future__ import annotations

from core.chat.actions.post_drawn_pictures import VARIATION, PictureDrawer
from core.chat.delivery.button_data import ButtonData
from core.chat.delivery.event_context import EventContext
from core.chat.generation.image_caption import quoted_prompt, quoted_text
from core.chat.generation.image_options import parse_imagine
from core.chat.text.user_error import UserFacingError
from core.wanjie import Catalog

from .ask_for_argument import ask_for_argument


class ImagineCommand:
    """Draws what is asked for, once more or varied."""

    def __init__(self, drawer: PictureDrawer, catalog: Catalog) -> None:
        self._drawer = drawer
        self._catalog = catalog

    async def draw(self, context: EventContext) -> None:
        """Draw the prompt in the argument, or the message that is replied to.

        Files that came with the prompt are most likely meant to be changed, which image models cannot do here: nothing
        is drawn. In reply to a file, a note says that the pictures are made from the words alone; pictures that are
        drawn once more from their own prompt need no note.
        """
        incoming, kind_of = context.incoming, self._catalog.detect_kind
        if incoming.attachments:
            raise UserFacingError("imagine.files")
        if not (context.argument or incoming.quoted or incoming.quoted_attachments):
            await ask_for_argument(context, "imagine", context.translate("imagine.empty"))
            return
        prompt = parse_imagine(context.argument, quoted_text(incoming, kind_of))
        drawn_before = " ".join(quoted_prompt(incoming, kind_of).split())
        ignores_files = incoming.quoted_attachments and prompt.prompt != drawn_before
        note = context.translate("imagine.unseen") if ignores_files else ""
        await self._drawer.draw_and_post(context, prompt, note=note)

    async def press_draw(self, context: EventContext, button_data: ButtonData, action: str) -> None:
        """Draw the pictures above the button once more, or a variation of them."""
        prompt = await self._drawer.load_prompt(context, button_data)
        if prompt is None:
            await context.reply("imagine.old")
        elif action == VARIATION:
            await self._drawer.save_prompt(context, button_data, prompt.counted)
            await self._drawer.draw_and_post(context, prompt.next_variation)
        else:
            await self._drawer.draw_and_post(context, prompt)

    async def refuse_forgotten_prompt(self, context: EventContext, button_data: ButtonData) -> str | None:
        """Refuse a button whose prompt is forgotten."""
        return "imagine.old" if await self._drawer.load_prompt(context, button_data) is None else None
