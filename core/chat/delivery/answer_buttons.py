"""The buttons under an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.chat.port.menus import Button
from core.chat.text.code_files import has_long_code
from core.media.visible_text import is_blank

LAST_PART_MARK = "parts"
"""The action of the button where the message with the button is only the last part of the answer."""
RATE = "rate"
"""The name of the buttons that rate an answer."""
RATINGS: Mapping[str, int] = {"good": 1, "bad": -1}
"""What they say, by their actions."""
_RATING_LABELS = {"good": "rating.good", "bad": "rating.bad"}
_RATING_DESCRIPTIONS = {"good": "rating.good_description", "bad": "rating.bad_description"}

_LASTING_NAMES = frozenset({"speak", "file"})


@dataclass(frozen=True, slots=True)
class PageButtons:
    """The buttons while the answer grows, and a function that chooses those of the finished answer.

    `finished` gets the answer's text and the number of its messages.
    """

    growing: tuple[Button, ...] = ()
    finished: Callable[[str, int], tuple[Button, ...]] = lambda _, __: ()


NO_BUTTONS = PageButtons()


def keep_useful_buttons(buttons: Sequence[Button], *, remembered: bool) -> tuple[Button, ...]:
    """Return the buttons that still work under an answer that is not the newest any more.

    It can be spoken and rated, and its code posted. `remembered` tells whether the history holds the answer. A
    forgotten one is spoken, and its code posted, only if one message holds all of it.
    """
    return tuple(
        button
        for button in buttons
        if button.name == RATE
        or (button.name in _LASTING_NAMES and (remembered or not button.value.endswith(f" {LAST_PART_MARK}")))
    )


class AnswerButtons:
    """The buttons of one answer; each holds the signed data of its job."""

    def __init__(
        self,
        sign: Callable[[str, str], str],
        label: Callable[[str], str],
        *,
        can_speak: Callable[[], bool],
        make_ratings: Callable[[], Sequence[Button]] = tuple,
        only_while_growing: bool = False,
    ) -> None:
        """`sign` makes the value of a button from its name and action, `label` translates a sentence's key.

        `can_speak` tells at the end whether there is a model that can speak. `make_ratings` makes the buttons that rate
        an answer, where there are any. With `only_while_growing`, a finished answer has no buttons. No button is made
        before it is shown.
        """
        self._sign = sign
        self._label = label
        self._can_speak = can_speak
        self._make_ratings = make_ratings
        self._only_while_growing = only_while_growing

    def for_pages(self, finish_reason: Callable[[], str]) -> PageButtons:
        """Return the buttons for `deliver`; `finish_reason` tells at the end why the model ended."""
        return PageButtons(
            growing=(self._make("stop", "button.stop"),),
            finished=lambda answer, messages: self._choose_finished(answer, messages, finish_reason()),
        )

    def _choose_finished(self, answer: str, messages: int, finish_reason: str) -> tuple[Button, ...]:
        """Choose the buttons; an answer that is only reasoning can only be written again."""
        if self._only_while_growing:
            return ()
        retry = self._make("retry", "button.again")
        if is_blank(answer):
            return (retry,)
        part = "" if messages == 1 else LAST_PART_MARK
        more = (self._make("continue", "button.continue"),) if finish_reason == "length" else ()
        spoken = (self._make("speak", "button.speak", part),) if self._can_speak() else ()
        kept = (self._make("file", "button.file", part),) if has_long_code(answer) else ()
        return (*more, retry, *spoken, *kept, *self._make_ratings())

    def _make(self, name: str, label: str, action: str = "") -> Button:
        return Button(self._label(label), name, self._sign(name, action))


def make_rating_buttons(sign: Callable[[str, str], str], label: Callable[[str], str]) -> tuple[Button, ...]:
    """Return the buttons that rate an answer, for everybody who reads it; see `AnswerButtons`."""
    return tuple(
        Button(label(_RATING_LABELS[action]), RATE, sign(RATE, action), rating, label(_RATING_DESCRIPTIONS[action]))
        for action, rating in RATINGS.items()
    )
