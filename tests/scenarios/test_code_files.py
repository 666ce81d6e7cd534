"""Long code of an answer comes as a file when somebody asks for it."""

from __future__ import annotations

import contextlib

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from tests.scenarios.button_steps import AGAIN, SPEAK, offers
from tests.scenarios.conversation_steps import beginning, says

CODE = "def count() -> None:\n" + "".join(f"    print({number} * 2)\n" for number in range(20))
LONG = f"Save this as `count.py`:\n\n```python\n{CODE}```\n\nRun it."


async def test_long_code_is_posted_as_a_file_by_a_button_and_by_a_command(
    persona: Persona, harness: ServiceHarness
) -> None:
    harness.wanjie.script.answer = lambda _: LONG
    await persona.say("Count!")
    await offers(persona, AGAIN, SPEAK, "Code")
    await persona.press("Code")
    (by_button,) = await persona.until(persona.posts)
    harness.wanjie.script.answer = lambda _: "Run `python count.py`."
    await persona.say("And then?")
    await says(persona, "Run ")
    await offers(persona, AGAIN, SPEAK)
    await persona.say("/file")
    await says(persona, beginning("code_files.none"))
    await _presses_again(persona, "Code")  # of the older answer

    assert (by_button.names, by_button.files) == (("count.py",), (CODE.encode(),))
    assert persona.posts()[1].files == by_button.files


async def _presses_again(persona: Persona, label: str) -> None:
    """Press until something more is posted: the work of a former press ends a moment after what it has posted."""
    count = len(persona.posts())
    while len(persona.posts()) == count:
        await persona.press(label)
        with contextlib.suppress(TimeoutError):
            await persona.until(lambda: len(persona.posts()) > count, 2)


async def test_many_files_come_as_one_archive(direct_persona: Persona, harness: ServiceHarness) -> None:
    harness.wanjie.script.answer = lambda _: "\n\n".join(f"```python\n{CODE}```" for _ in range(5))
    await direct_persona.say("Count five times!")
    await offers(direct_persona, AGAIN, SPEAK, "Code")
    await direct_persona.say("/file")
    (post,) = await direct_persona.until(direct_persona.posts)

    assert post.names == ("code.zip",)
    assert post.files[0][:2] == b"PK"
