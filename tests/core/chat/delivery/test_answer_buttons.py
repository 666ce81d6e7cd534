"""What can be pressed under an answer, told from its words and its end."""

import pytest

from core.chat.delivery.answer_buttons import AnswerButtons


def offered(answer: str, reason: str, *, messages: int = 1, speaks: bool = True) -> list[str]:
    """What stands behind each button of a finished answer."""
    buttons = AnswerButtons(lambda name, action: f"signed-{name} {action}".strip(), str, can_speak=lambda: speaks)
    return [f"{button.name} {button.value}" for button in buttons.for_pages(lambda: reason).finished(answer, messages)]


@pytest.mark.parametrize(
    ("answer", "reason", "values"),
    [
        ("Four.", "stop", ["retry signed-retry", "speak signed-speak"]),
        ("Four.", "length", ["continue signed-continue", "retry signed-retry", "speak signed-speak"]),
        (" \n", "length", ["retry signed-retry"]),
        ("", "stop", ["retry signed-retry"]),
    ],
)
def test_a_finished_answer_has_its_buttons(answer: str, reason: str, values: list[str]) -> None:
    assert offered(answer, reason) == values


def test_the_speak_button_of_a_last_page_says_that_it_is_a_part() -> None:
    assert offered("Four.", "stop", messages=2) == ["retry signed-retry", "speak signed-speak parts"]


def test_no_speak_button_without_a_speech_model() -> None:
    assert offered("Four.", "stop", speaks=False) == ["retry signed-retry"]
