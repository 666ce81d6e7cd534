"""Asking for what a command lacks: in its form, or in a message that replies to the question."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from core.chat.delivery.event_context import EventContext
from core.chat.port.forms import FORM_MENU
from core.chat.port.incoming import Incoming
from core.chat.port.markdown import Markdown
from core.chat.port.menus import Menu, Option
from core.chat.text.letters_and_digits import letters_and_digits
from core.chat.text.translations import Translations

_QUESTIONS = {"imagine": "ask.imagine", "system": "ask.system", "translate": "ask.translate"}
"""The sentence that asks for the argument of each command; it says that a reply is expected."""


async def ask_for_argument(context: EventContext, command: str, hint: Markdown) -> None:
    """Ask for the argument: with `hint` and a button that opens the form, or else by a question.

    `find_asked_command` recognises the reply to the question.
    """
    if context.outbox.capabilities.forms:
        await context.show_menu(Menu(FORM_MENU, hint, (Option(context.translate_plainly("form.open"), command),)))
    else:
        await context.ask_for_reply(context.translate(_QUESTIONS[command]))


def find_asked_command(incoming: Incoming) -> str:
    """Return the command whose argument a message is, since it replies to the bot's question for it; "" for none."""
    if incoming.quoted_author != "you" or incoming.excerpt or not incoming.text.strip():
        return ""
    return _list_questions().get(letters_and_digits(incoming.quoted), "")


@lru_cache(maxsize=1)
def _list_questions() -> Mapping[str, str]:
    """Return the command of every question, by its letters: what a reply quotes has lost its marks."""
    sentences = Translations()
    return {
        letters_and_digits(sentences.plain_text(key, language)): command
        for command, key in _QUESTIONS.items()
        for language in sentences.languages
    }
