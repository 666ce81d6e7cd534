"""`/translate`: a message or a text in another language."""

from __future__ import annotations

from dataclasses import replace

from core.chat.actions.answer_question import QuestionAnswerer
from core.chat.delivery.event_context import EventContext
from core.chat.question.prompt import question_text
from core.chat.question.question import Question

from .ask_for_argument import ask_for_argument
from .translation_languages import TargetLanguage, find_language, split_language

_PROMPT = "Translate the message that is quoted above into {language}. Answer with the translation alone."


class TranslateCommand:
    """Lets the model translate what is written behind the command, or the message that it is used upon."""

    def __init__(self, answerer: QuestionAnswerer) -> None:
        self._answerer = answerer

    async def translate(self, context: EventContext) -> None:
        """Translate into the language that the argument begins with, else into that of the reader."""
        language, text = split_language(context.argument)
        source = text or context.incoming.quoted
        if source.strip():
            await self._translate(context, source, language or find_language(context.locale))
        else:
            await ask_for_argument(context, "translate", context.translate("translate.empty"))

    async def _translate(self, context: EventContext, source: str, language: TargetLanguage) -> None:
        incoming = replace(context.incoming, text=_PROMPT.format(language=language.english), quoted=source)
        text = question_text(replace(incoming, excerpt=True, discussion="", forwarded_from=""), ())
        await self._answerer.answer_text(context, Question(text))
