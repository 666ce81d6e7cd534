"""What scenario tests say about the buttons under answers."""

from __future__ import annotations

from bots.sandbox.harness import Stage
from bots.sandbox.persona import Seat
from tests.scenarios.saying import echo, says

AGAIN, SPEAK, STOP, CONTINUE = "Regenerate", "Speak", "Stop", "Continue"


async def offers(seat: Seat, *labels: str, seconds: float = 20.0) -> None:
    """Wait until exactly these buttons stand under the newest message that has any."""

    def fits() -> bool:
        buttons = seat.buttons()
        return len(buttons) == len(labels) and all(
            label in button for label, button in zip(labels, buttons, strict=True)
        )

    try:
        await seat.until(fits, seconds)
    except TimeoutError:
        raise AssertionError(f"{seat.title} offers {seat.buttons()}, not {labels}") from None


async def answered(seat: Seat, stage: Stage, text: str = "hello") -> None:
    """Ask something, and wait for the answer to it."""
    stage.wanjie.script.answer = echo
    await seat.say(text)
    await says(seat, f"answer to {text}")


async def grows(seat: Seat, stage: Stage, text: str, question: str = "count") -> None:
    """Ask something that is answered so slowly that the answer can be stopped."""
    stage.wanjie.script.answer = lambda _: text
    stage.wanjie.script.tokens_per_second = 40
    await seat.say(question)
    await says(seat, text.split(maxsplit=1)[0])
    await offers(seat, STOP)


async def cut(seat: Seat, stage: Stage, text: str = "one two", question: str = "count") -> None:
    """Ask something whose answer is cut off, so that it can be continued."""
    stage.wanjie.script.answer = lambda _: text
    stage.wanjie.script.finish_reason = "length"
    await seat.say(question)
    await offers(seat, CONTINUE, AGAIN, SPEAK)


async def told(seat: Seat, part: str, count: int = 1) -> None:
    """Wait until this was said so often, to the person alone or to everybody."""

    def said() -> int:
        return sum(part in text for text in [*seat.hints(), *seat.answers()])

    try:
        await seat.until(lambda: said() >= count)
    except TimeoutError:
        raise AssertionError(f"{seat.title} reads {seat.hints()} and {seat.answers()}") from None
