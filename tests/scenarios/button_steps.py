"""What scenario tests say about the buttons under answers."""

from __future__ import annotations

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import echo, says

AGAIN, SPEAK, STOP, CONTINUE = "Regenerate", "Speak", "Stop", "Continue"


async def offers(persona: Persona, *labels: str, seconds: float = 120.0) -> None:
    """Wait until exactly these buttons stand under the newest message that has any."""

    def fits() -> bool:
        buttons = persona.buttons()
        return len(buttons) == len(labels) and all(
            label in button for label, button in zip(labels, buttons, strict=True)
        )

    try:
        await persona.until(fits, seconds)
    except TimeoutError:
        raise AssertionError(f"{persona.title} offers {persona.buttons()}, not {labels}") from None


async def answered(persona: Persona, harness: ServiceHarness, text: str = "hello") -> None:
    """Ask something, and wait for the answer to it."""
    harness.wanjie.script.answer = echo
    await persona.say(text)
    await says(persona, f"answer to {text}")


async def grows(persona: Persona, harness: ServiceHarness, text: str, question: str = "count") -> None:
    """Ask something whose answer begins, and goes on when the script's `hold_after` is None again."""
    harness.wanjie.script.answer = lambda _: text
    harness.wanjie.script.tokens_per_second = 40
    harness.wanjie.script.hold_after = 20
    await persona.say(question)
    await says(persona, text.split(maxsplit=1)[0])
    await offers(persona, STOP)


async def cut(persona: Persona, harness: ServiceHarness, text: str = "one two", question: str = "count") -> None:
    """Ask something whose answer is cut off, so that it can be continued."""
    harness.wanjie.script.answer = lambda _: text
    harness.wanjie.script.finish_reason = "length"
    await persona.say(question)
    await offers(persona, CONTINUE, AGAIN, SPEAK)


async def told(persona: Persona, part: str, count: int = 1) -> None:
    """Wait until this was said so often, to the person alone or to everybody."""

    def said() -> int:
        return sum(part in text for text in [*persona.hints(), *persona.answers()])

    try:
        await persona.until(lambda: said() >= count)
    except TimeoutError:
        raise AssertionError(f"{persona.title} reads {persona.hints()} and {persona.answers()}") from None
