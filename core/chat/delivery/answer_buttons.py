"""What can be pressed under an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.chat.port.menus import Button
from core.media.visible_text import is_blank

from .page_buttons import PageButtons

IN_PARTS = "parts"
"""Stands behind the stamp where the message that bears the button is only the end of the answer."""


def useful_buttons(buttons: Sequence[Button], *, remembered: bool) -> tuple[Button, ...]:
    """Those that still do something under an answer that is not the newest any more: it can only be spoken.

    `remembered`: the history holds it. Of one that is forgotten, a message is spoken that holds all of it.
    """
    return tuple(
        button for button in buttons if button.name == "speak" and (remembered or not button.value.endswith(IN_PARTS))
    )


class AnswerButtons:
    """The buttons of one answer; each bears the stamp of its turn."""

    def __init__(self, stamp: str, label: Callable[[str], str], *, aloud: Callable[[], bool]) -> None:
        """`label` tells the words for a sentence's key, `aloud` at the end whether there is a model that can speak."""
        self._stop = Button(label("button.stop"), "stop", stamp)
        self._again = Button(label("button.again"), "retry", stamp)
        self._more = Button(label("button.continue"), "continue", stamp)
        self._speak = Button(label("button.speak"), "speak", stamp)
        self._speak_end = Button(label("button.speak"), "speak", f"{stamp} {IN_PARTS}")
        self._aloud = aloud

    def for_answer(self, reason: Callable[[], str]) -> PageButtons:
        """The buttons as `deliver` wants them; `reason` tells at the end why the model ended."""
        return PageButtons(
            growing=(self._stop,), finished=lambda answer, messages: self._finished_buttons(answer, messages, reason())
        )

    def _finished_buttons(self, answer: str, messages: int, reason: str) -> tuple[Button, ...]:
        """Of a model that only thought there are no words to go on with or to speak."""
        if is_blank(answer):
            return (self._again,)
        more = (self._more,) if reason == "length" else ()
        speak = self._speak if messages == 1 else self._speak_end
        return (*more, self._again, speak) if self._aloud() else (*more, self._again)
