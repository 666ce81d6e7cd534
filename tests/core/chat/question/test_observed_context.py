"""What a model reads of what people said to each other."""

from core.chat.question.observed_context import fit_observed
from core.chat.question.question import Question
from core.store import ObservedMessage


def test_of_what_was_said_before_the_newest_messages_fit() -> None:
    said = [ObservedMessage("", "Bob", "", 0, str(number) * 40) for number in range(9)]  # 12 tokens each
    question = Question("x" * 36)  # 10 tokens

    assert fit_observed(said, question, tokens=10 + 2 * 3 * 12) == said[-3:]
    assert fit_observed(said, question, tokens=10) == []
    assert fit_observed(said, question, tokens=1_000) == said
