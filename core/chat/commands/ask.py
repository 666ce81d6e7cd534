"""`!ask`: a question about a message that somebody else has written, asked in the message's own thread."""

from __future__ import annotations

from core.chat.actions.answer_question import QuestionAnswerer
from core.chat.checkpoint_fields import ASKED_QUESTION
from core.chat.delivery.event_context import EventContext
from core.chat.port.markdown import Markdown, escape_markdown


class AskCommand:
    """Answers a question, and shows it first where nobody has seen it."""

    def __init__(self, answerer: QuestionAnswerer) -> None:
        self._answerer = answerer

    async def ask(self, context: EventContext) -> None:
        """Answer the argument; the message is quoted to the model. What came in a form is not on the screen yet."""
        if not context.argument:
            await context.reply("ask_about.empty")
            return
        if context.incoming.submission is not None:
            lines = (f"> {escape_markdown(line)}" for line in context.argument.splitlines())
            question, name = Markdown("\n".join(lines)), context.incoming.sender.name
            await context.post_text(context.translate("ask_about.asked", name=name, question=question), ASKED_QUESTION)
        await self._answerer.answer_message(context)
