"""What can be pressed under an answer, told from its words and its end."""

import pytest

from core.chat.delivery.answer_buttons import AnswerButtons, keep_useful_buttons, make_rating_buttons
from core.chat.port.menus import Button


def sign(name: str, action: str) -> str:
    return f"signed-{name} {action}".strip()


def offered(
    answer: str, reason: str, *, messages: int = 1, speaks: bool = True, ratings: tuple[Button, ...] = ()
) -> list[str]:
    """What stands behind each button of a finished answer."""
    buttons = AnswerButtons(sign, str, can_speak=lambda: speaks, make_ratings=lambda: ratings)
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


def test_an_answer_with_words_can_be_rated_also_when_it_is_not_the_newest_any_more() -> None:
    ratings = make_rating_buttons(sign, str)
    shown = offered("Four.", "stop", speaks=False, ratings=ratings)

    assert shown == ["retry signed-retry", "rate signed-rate good", "rate signed-rate bad"]
    assert offered(" ", "stop", ratings=ratings) == ["retry signed-retry"]
    assert [button.rating for button in ratings] == [1, -1]
    assert keep_useful_buttons((Button("Again", "retry", "r"), *ratings), remembered=False) == ratings
