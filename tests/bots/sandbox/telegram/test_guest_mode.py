"""Guest mode: a message that calls the bot, and its one answer."""

from collections.abc import AsyncGenerator

import pytest
from telegram import InlineQueryResultArticle, InputTextMessageContent
from telegram.error import BadRequest

from tests.bots.sandbox.telegram.client import Client, connected


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    async with connected() as client:
        yield client


async def test_a_guest_answers_once_and_can_change_its_answer(client: Client) -> None:
    elsewhere = client.sim.channel("Elsewhere")
    before = client.ann.call_guest(elsewhere, "hello")
    client.ann.call_guest(elsewhere, "@wanjie_bot why?", reply_to=before)
    *_, called = await client.bot.get_updates()
    assert called.guest_message is not None
    assert called.guest_message.reply_to_message is not None
    query = called.guest_message.guest_query_id or ""
    article = InlineQueryResultArticle("a", "Answer", InputTextMessageContent("…"))
    sent = await client.bot.answer_guest_query(query, article)
    await client.bot.edit_message_text("Because.", inline_message_id=sent.inline_message_id)

    assert client.sim.texts(elsewhere.id) == ["Because."]
    for late in (query, "unknown"):
        with pytest.raises(BadRequest, match="Query is too old"):
            await client.bot.answer_guest_query(late, article)
