"""What is shown above the keyboard of somebody who types behind the bot's name (Bot API: answerInlineQuery); pure."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from bots.telegram.rendering.inline_answer_text import Part, join_parts
from bots.telegram.rendering.markdown import render
from core.chat.port.markdown import escape_line
from core.chat.port.question_offer import QuestionOffer

from .to_sdk_entities import NO_PREVIEW, to_message_entities

_RESULT_ID = "ask"
_START_PARAMETER = "inline"
"""What `/start` in the private chat gets from the button."""


@dataclass(frozen=True, slots=True)
class InlineResults:
    """The results of an inline query, and the button above them."""

    articles: tuple[InlineQueryResultArticle, ...] = ()
    button: InlineQueryResultsButton | None = None


def build_results(offer: QuestionOffer | None, question: str) -> InlineResults:
    """Build one result that asks the question, or a button that leads to the private chat; nothing without an offer."""
    if offer is None:
        return InlineResults()
    if offer.refusal:
        return InlineResults(button=InlineQueryResultsButton(offer.refusal, start_parameter=_START_PARAMETER))
    shown = render(join_parts(question, [Part(escape_line(offer.waiting))]).text)
    content = InputTextMessageContent(shown.text, entities=to_message_entities(shown), link_preview_options=NO_PREVIEW)
    keyboard = build_ask_again_keyboard(offer.again, question)
    article = InlineQueryResultArticle(_RESULT_ID, offer.title, content, reply_markup=keyboard, description=question)
    return InlineResults((article,))


def build_ask_again_keyboard(label: str, question: str) -> InlineKeyboardMarkup:
    """Build the button that types the question behind the bot's name again, for whoever presses it.

    A message without buttons gets no id by which the bot could change it (Bot API: ChosenInlineResult).
    """
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, switch_inline_query_current_chat=question)]])
