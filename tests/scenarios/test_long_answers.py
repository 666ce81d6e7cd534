"""Answers far longer than a message: each character arrives, in order, however many messages it takes."""

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.conversation_steps import says


def _long_answer(length: int) -> str:
    """Return paragraphs, lines of code and Chinese, each line with a number of its own, of at least this length."""
    parts, number = list[str](), 0
    while sum(map(len, parts)) < length:
        lines = [f"{number + line}: " + "a plain line of the answer 一行回答 🙂, " * 3 for line in range(20)]
        parts.append("\n".join(lines))
        parts.append("```python\n" + "\n".join(f"call({number}, {line})  # 注释" for line in range(20)) + "\n```")
        number += 20
    return "\n\n".join([*parts, "THE END"])


async def test_100_000_characters_arrive_in_order(direct_persona: Persona, harness: ServiceHarness) -> None:
    answer = _long_answer(100_000)
    harness.wanjie.script.answer = lambda _: answer
    harness.telegram.limits.enabled = False

    await direct_persona.say("Tell me everything.")
    await says(direct_persona, "THE END", 120)

    assert _characters(" ".join(direct_persona.answers())) == _characters(answer)


def _characters(text: str) -> str:
    """Leave out blanks and the marks of code fences, which each message of an answer has for itself."""
    return "".join(text.replace("```python", "").replace("```", "").split())
