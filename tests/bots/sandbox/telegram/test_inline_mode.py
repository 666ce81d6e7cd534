"""Inline mode: queries, results, and messages that the bot changes without being in their chat."""

from collections.abc import AsyncGenerator

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
)
from telegram.error import BadRequest

from tests.bots.sandbox.telegram.client import Client, connected

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Stop", callback_data="stop:1")]])


@pytest.fixture
async def client() -> AsyncGenerator[Client]:
    async with connected() as client:
        yield client


def article(name: str = "ask", keyboard: InlineKeyboardMarkup | None = KEYBOARD) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(name, "Ask", InputTextMessageContent("…"), reply_markup=keyboard)


async def test_a_chosen_result_is_a_message_that_the_bot_can_change(client: Client) -> None:
    elsewhere = client.sim.channel("Elsewhere")
    query = client.ann.ask_inline("why?")
    (asked,) = await client.bot.get_updates()
    assert asked.inline_query is not None
    await client.bot.answer_inline_query(asked.inline_query.id, [article()], cache_time=0, is_personal=True)
    message = client.ann.choose_inline(query, elsewhere)
    _, chosen = await client.bot.get_updates()
    assert chosen.chosen_inline_result is not None
    changed = await client.bot.edit_message_text(
        "Because.", inline_message_id=chosen.chosen_inline_result.inline_message_id, reply_markup=KEYBOARD
    )
    client.ann.press(elsewhere, message.id, "Stop")
    *_, pressed = await client.bot.get_updates()

    assert (changed, message.text) == (True, "Because.")
    assert pressed.callback_query is not None
    assert pressed.callback_query.message is None
    assert pressed.callback_query.inline_message_id == chosen.chosen_inline_result.inline_message_id


async def test_a_message_without_buttons_or_feedback_cannot_be_changed(client: Client) -> None:
    query = client.ann.ask_inline("why?")
    await client.bot.answer_inline_query(query.id, [article(keyboard=None)])
    client.ann.choose_inline(query, client.chat)
    _, chosen = await client.bot.get_updates()
    client.sim.inline.feedback = False
    client.ann.choose_inline(query, client.chat)

    assert chosen.chosen_inline_result is not None
    assert chosen.chosen_inline_result.inline_message_id is None
    assert len(await client.bot.get_updates()) == 2
    with pytest.raises(BadRequest, match="Message_id_invalid"):
        await client.bot.edit_message_text("Because.", inline_message_id="unknown")


async def test_wrong_results_and_late_answers_are_refused(client: Client) -> None:
    query = client.ann.ask_inline("why?")
    for results, refusal in (
        ([article("x" * 65)], "Result_id_invalid"),
        ([article(), article()], "Result_id_duplicate"),
    ):
        with pytest.raises(BadRequest, match=refusal):
            await client.bot.answer_inline_query(query.id, results)
    await client.bot.answer_inline_query(query.id, [])
    with pytest.raises(BadRequest, match="Query is too old"):
        await client.bot.answer_inline_query(query.id, [article()])
