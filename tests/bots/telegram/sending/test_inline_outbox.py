"""The one message of a question in inline mode."""

from __future__ import annotations

from typing import Any

from bots.sandbox.telegram.simulator import TelegramSim
from bots.telegram.api.call_budget import CallBudget
from bots.telegram.api.client import TelegramApi
from bots.telegram.api.rate_limited_chat import RateLimitedChat
from bots.telegram.sending.edit_inline_message import InlineMessage
from bots.telegram.sending.inline_outbox import InlineOutbox
from core.chat.port.incoming import ChatRef, Incoming, Sender
from core.chat.port.page import Page
from core.chat.text.translations import Translations
from tests.bots.telegram.open_rate_limiter import OpenRateLimiter
from tests.core.chat.outboxes import NoOutbox

RESULT: dict[str, Any] = {
    "id": "ask",
    "input_message_content": {"message_text": "…"},
    "reply_markup": {"inline_keyboard": [[]]},
}


async def test_what_is_said_after_a_takeover_stands_below_the_answer(sim: TelegramSim) -> None:
    ann = sim.user(7, "Ann")
    query = ann.ask_inline("why?")
    query.results = [RESULT]
    message = ann.choose_inline(query, sim.private(ann))
    chat = ChatRef("tg", "123456", "7", f"inline.{message.inline_id}")
    incoming = Incoming(chat, "1", message.inline_id, Sender("7", "Ann", "en"), text="why?", direct=True)
    async with TelegramApi(sim.token, sim.base_url, sim.file_url) as api:
        calls = RateLimitedChat(CallBudget(OpenRateLimiter()), 7)
        shown = InlineMessage(api, message.inline_id)
        outbox = InlineOutbox(api, calls, incoming, shown, NoOutbox(), Translations())
        adopted = Page(0, message_id=f"2 {message.inline_id}", adopted=True)
        answer = await outbox.update_page(adopted, "Because @everybody says so.", final=True)
        warning = await outbox.update_page(Page(0), "Little is left.", final=True)
        both = message.text
        await outbox.delete_page(warning)

    assert answer.message_id == adopted.message_id
    assert both.split("\n\n") == ["why?", "Because @\u2060everybody says so.", "Little is left."]
    assert message.text == both.removesuffix("\n\nLittle is left.")
