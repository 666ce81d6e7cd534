"""What an answer is written for: the question and the conversation that it continues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.chat.question.question import Question
from core.chat.text.code_fences import find_open_fence
from core.store import ChatPreferences, HistoryMessage, ObservedMessage

from .collect_answer_pictures import AnswerPictures
from .select_model_or_fallback import ChatModels
from .toolbox import Toolbox


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """What is known of a conversation before a question is asked."""

    history: list[HistoryMessage]
    models: ChatModels
    pictures: Mapping[str, str] = field(default_factory=dict[str, str])
    """Pictures of the history as data URLs, by the platform's ids."""

    @property
    def preferences(self) -> ChatPreferences:
        """What the chat has chosen."""
        return self.models.preferences


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """A question, the conversation that it is asked in, and what its answer does to the history."""

    question: Question
    conversation: ConversationContext
    pictures: AnswerPictures
    """Collects the pictures of the answer."""
    replaces: int = 0
    """So many of the newest messages of the history are replaced by the answer; the model does not see them."""
    continues: HistoryMessage | None = None
    """The question whose answer this one continues: the history's newest."""
    toolbox: Toolbox | None = None
    """For models that use tools."""
    observed: Sequence[ObservedMessage] = ()
    """What was said to others before; the history does not keep it."""

    shows_cost: bool = False
    """A line below the answer says what it has used."""

    @property
    def open_fence(self) -> str:
        """The line of the code fence within which the answer begins; "" when it does not."""
        return find_open_fence(self.conversation.history[-1].content) if self.continues else ""
