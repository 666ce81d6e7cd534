"""One question to the model, one answer to the chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from core.chat.delivery.answer_buttons import AnswerButtons
from core.chat.delivery.button_data import Stamp
from core.chat.delivery.notice import tell
from core.chat.delivery.old_buttons import OldButtons
from core.chat.port.incoming import ChatRef, Incoming
from core.chat.port.outbox import Outbox
from core.chat.question.prompt import messages_for, speaker_of
from core.chat.question.question import Question
from core.chat.text.page_breaks import open_fence
from core.chat.text.translations import Sentences
from core.media.visible_text import is_blank
from core.queue import Turn
from core.store import Choices, Conversations, Remembered
from core.wanjie import Catalog, ChatRequest, WanjieError

from .answer_pictures import AnswerPictures
from .answer_writer import Writing
from .model_choice import Chosen
from .model_client import ChatClient
from .toolbox import Toolbox

_log = structlog.get_logger()

DEED = "[What was asked for has been sent.]"
"""What is remembered of an answer that was a deed; models have to be told that they said something."""
_NOTES = {"length": "talk.cut", "content_filter": "talk.filtered"}
_SILENCES = {"length": "talk.spent", "content_filter": "talk.filtered"}
"""The same for answers without a word."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of a conversation before a question is asked."""

    history: list[Remembered]
    choices: Choices
    pictures: Mapping[str, str] = field(default_factory=dict[str, str])
    """Pictures of the history as data URLs, by the platform's ids."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, what it is asked on top of, and what its answer does to the history."""

    question: Question
    memory: Memory
    pictures: AnswerPictures
    """Gets those that the answer holds."""
    instead: int = 0
    """So many of the newest messages of the history are forgotten for it, and not shown to the model either."""
    continues: Remembered | None = None
    """The question whose answer goes on in this one: the history's newest."""
    toolbox: Toolbox | None = None
    """For models that use tools."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What every question to a model carries by default."""

    system_prompt: str
    tokens: int
    """Question and history together, by estimate."""
    video_patience: float
    """Seconds that a model which makes videos may stay silent."""


class Talk:
    """Asks the chat's model and shows its answer while it grows."""

    def __init__(
        self,
        client: ChatClient,
        catalog: Catalog,
        chosen: Chosen,
        conversations: Conversations,
        sentences: Sentences,
        old_buttons: OldButtons,
        brief: Brief,
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._chosen = chosen
        self._conversations = conversations
        self._sentences = sentences
        self._old_buttons = old_buttons
        self._brief = brief

    @property
    def longest_question(self) -> int:
        """Tokens, by estimate."""
        return self._brief.tokens

    async def recall(self, chat: ChatRef) -> Memory:
        """What a question in this chat is asked on top of."""
        return Memory(await self._conversations.history(str(chat)), await self._chosen.choices(chat))

    async def answer(self, turn: Turn, incoming: Incoming, outbox: Outbox, ask: Ask) -> str:
        """Answer a question and remember both; return the answer's words, "" when there are none.

        A turn taken over continues in the messages that are there. A failure leaves the history as it was, the best of
        the answer on the screen, and raises the `WanjieError` or `OutboxError`; `/retry` then finds the question.
        """
        chat, begun = str(incoming.chat), time.monotonic()
        event = ask.question.event or turn.event_id
        asked = ask.continues or Remembered("user", ask.question.text, ask.question.files, event=event)
        speaking = asyncio.create_task(self._speaks())  # asked for while the answer grows, needed at its end
        buttons = AnswerButtons(
            str(Stamp.of(turn, incoming)),
            self._labels(incoming),
            aloud=lambda: speaking.done() and speaking.result(),
        )
        writing = Writing(
            self._client,
            turn,
            outbox,
            buttons,
            group=not incoming.direct,
            reasoning=ask.memory.choices.reasoning,
            toolbox=ask.toolbox,
            pictures=ask.pictures,
            picture_word=self._labels(incoming)("answer.picture"),
            opening=open_fence(ask.memory.history[-1].content) if ask.continues else "",
        )
        text = ""
        try:
            text = await self._text(writing, turn, incoming, outbox, ask)
        finally:
            speaking.cancel()
            if writing.last_message is not None:
                await self._old_buttons.note(chat, turn.event_id, writing.last_message)
            if is_blank(text) and not (writing.acted or turn.fenced or ask.continues or ask.instead):
                await self._conversations.note_unanswered(chat, replace(asked, uid=turn.event_id))
        said = not is_blank(text) or writing.acted
        if said:
            await self._remember(chat, turn.event_id, asked, DEED if is_blank(text) else text, ask)
        if not said and not turn.stopped.is_set():
            await self._say(turn, incoming, outbox, _SILENCES.get(writing.reason, "talk.nothing"))
        elif note := _NOTES.get(writing.reason):
            await self._say(turn, incoming, outbox, note)
        seconds = round(time.monotonic() - begun, 1)
        _log.info("answered", characters=len(text), reason=writing.reason, seconds=seconds, attempt=turn.attempt)
        return text

    async def _remember(self, chat: str, uid: str, asked: Remembered, text: str, ask: Ask) -> None:
        if ask.continues is not None:
            exchange = (asked, Remembered("assistant", ask.memory.history[-1].content + text, uid=uid))
            await self._conversations.append(chat, uid, exchange, drop=2)
        else:
            exchange = (asked, Remembered("assistant", text, uid=uid))
            await self._conversations.append(chat, uid, exchange, drop=ask.instead)

    async def _text(self, writing: Writing, turn: Turn, incoming: Incoming, outbox: Outbox, ask: Ask) -> str:
        """Show the whole answer and return it."""
        if writing.complete is not None:
            return await writing.repeat()
        return await self._chosen.use(
            "chat",
            ask.memory.choices,
            lambda model: writing.write(self._request(model, ask, incoming)),
            turn=turn,
            incoming=incoming,
            outbox=outbox,
        )

    def _request(self, model: str, ask: Ask, incoming: Incoming) -> ChatRequest:
        memory, toolbox = ask.memory, ask.toolbox
        # The default model may be blind where the chosen one, now gone, was not.
        sees = self._catalog.traits.sees(model)
        video = self._catalog.kind_of(model) == "video"
        question = ask.question if sees else replace(ask.question, images=())
        if video:  # it films what it is told, names included
            question = replace(question, text=question.text.removeprefix(speaker_of(incoming)))
        messages = messages_for(
            question,
            [] if video else memory.history[: len(memory.history) - ask.instead],
            system="" if video else memory.choices.system or self._brief.system_prompt,
            group=not incoming.direct and not video,
            tokens=self._brief.tokens,
            pictures=memory.pictures if sees else {},
        )
        tools = toolbox.offered if toolbox is not None and self._catalog.traits.uses_tools(model) else ()
        patience = self._brief.video_patience if video else None
        return ChatRequest(model, tuple(messages), patience=patience, tools=tools)

    def _labels(self, incoming: Incoming) -> Callable[[str], str]:
        return lambda key: self._sentences.say(key, incoming.sender.locale, sign=incoming.command_sign)

    async def _speaks(self) -> bool:
        """Whether there is a model that can read answers aloud."""
        try:
            return await self._catalog.default_model("speech") is not None
        except WanjieError:
            return False

    async def _say(self, turn: Turn, incoming: Incoming, outbox: Outbox, key: str) -> None:
        said = self._sentences.say(key, incoming.sender.locale, sign=incoming.command_sign)
        await tell(turn, outbox, said)
