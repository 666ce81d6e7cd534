"""With keys, nothing that somebody says can be read in the store or in its files, whatever is going on."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

from bots.sandbox.harness import ServiceHarness
from tests.scenarios.button_steps import grows
from tests.scenarios.conversation_steps import says, words

_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
_QUESTION, _ANSWER, _WAITING = "heliotrope", "vermilion", "chartreuse"


def _read_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_file_of_the_store_holds_what_was_said(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    process = await harness.start(HISTORY_ENCRYPTION_KEYS=_KEY)
    await harness.ready()
    personas = harness.private(), harness.direct()
    for persona in personas:
        await grows(persona, harness, words(200, _ANSWER), f"{_QUESTION}?")
        harness.wanjie.script.hold_after = None
        await persona.say(f"{_WAITING}?")
    data = harness.folder / "data"
    async with asyncio.timeout(60):
        while _read_files(data).count(b"\0enc1:") < 10:  # noqa: ASYNC110 - Redis writes its file in its own time
            await asyncio.sleep(0.05)
    await harness.kill(process)
    harness.wanjie.script.tokens_per_second = None
    await harness.start(HISTORY_ENCRYPTION_KEYS=_KEY)
    for persona in personas:
        await says(persona, f"{_ANSWER}199")
        await persona.until(lambda persona=persona: " ".join(persona.answers()).count(f"{_ANSWER}199") == 2)

    stored = _read_files(data)
    assert not [word for word in (_QUESTION, _ANSWER, _WAITING) if word.encode() in stored]
