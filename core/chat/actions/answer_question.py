"""A question answered: the model's words, its pictures and, where the chat wishes it, its voice."""

from __future__ import annotations

from dataclasses import replace

from core.chat.actions.media_tools import Tools
from core.chat.actions.post_answer_pictures import post_answer_pictures
from core.chat.answer.answer_pictures import AnswerPictures
from core.chat.answer.answer_service import Ask, Memory
from core.chat.context import Call
from core.chat.delivery.cancellation import unless_stopped
from core.chat.question.question import Question
from core.store import Remembered

from .speak_text import reply_aloud

_GO_ON = (
    "Your last answer was cut off by its length limit. Continue it exactly where it ends, in the same language and "
    "format, without repeating or announcing anything. These are its last words:\n\n"
)

_TAIL = 1_000
"""Characters of the answer that stand in the request once more: the history may have no room for all of it."""


async def answer(call: Call, question: Question, memory: Memory, *, instead: int = 0) -> None:
    """Answer a question with all its pictures, in place of the newest `instead` messages of the history."""
    asked = Remembered("user", question.text, question.files)
    memory = await _with_pictures(call, memory, *(() if question.images else (asked,)))
    seen = tuple(memory.pictures[file] for file in question.files if file in memory.pictures)
    await _run(call, Ask(replace(question, images=question.images or seen), memory, _pictures(call), instead=instead))


async def continue_last_answer(call: Call, memory: Memory) -> None:
    tail = memory.history[-1].content[-_TAIL:]
    await _run(call, Ask(Question(_GO_ON + tail), memory, _pictures(call), continues=memory.history[-2]))


async def _run(call: Call, ask: Ask) -> None:
    """Have it answered, by tools as well where those are wanted, and spoken where the chat wishes it."""
    toolbox = Tools(call) if call.desk.policy.image_tool == "on" else None
    text = await call.desk.talk.answer(call.turn, call.incoming, call.outbox, replace(ask, toolbox=toolbox))
    await post_answer_pictures(call, ask.pictures)
    await reply_aloud(call, text)
    call.remove_old_buttons()


def _pictures(call: Call) -> AnswerPictures:
    return AnswerPictures(call.desk.answer_files, call.turn, str(call.incoming.chat))


async def _with_pictures(call: Call, memory: Memory, *more: Remembered) -> Memory:
    """Fetch the pictures of the history and of `more`, for a model that sees; an answer that is whole needs none."""
    if "text" in call.turn.state:
        return memory
    model = await call.desk.chosen.model(memory.choices, "chat")
    looking = call.desk.reading.pictures([*memory.history, *more], call.outbox, model)
    return replace(memory, pictures=await unless_stopped(call.turn, looking))
