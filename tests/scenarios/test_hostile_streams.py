"""Streams that no sane gateway sends: whoever asked gets an end, and nobody else waits for it."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Sequence
from typing import Any

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.persona import Persona
from bots.sandbox.slack.data_types import StreamState
from bots.sandbox.wanjie.simulator import RawAnswer
from tests.scenarios.conversation_steps import says

_LONGEST_WAIT = 30.0
"""Seconds: a stream that blocks the process takes minutes."""
_SAID = "Some words."


def _frame(**delta: object) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": None}]}).encode() + b"\n\n"


def _call(index: int, arguments: str, name: str | None = None) -> bytes:
    return _frame(tool_calls=[{"index": index, "id": f"c{index}", "function": {"name": name, "arguments": arguments}}])


_BEGIN = _frame(content=f"{_SAID} ")
_GZIP = {"Content-Type": "text/event-stream", "Content-Encoding": "gzip, gzip"}
_STREAMS = {
    "calls": RawAnswer((b"".join(_call(number, "{}", "draw") for number in range(9_000)),)),
    "arguments": RawAnswer((_call(0, "", "draw"), _call(0, "[" * 4_000)), repeats=True),
    "comments": RawAnswer((_BEGIN, b": still here\n\n"), pause=0.05, repeats=True),
    "drip": RawAnswer((_BEGIN, b'data: {"', b"a"), pause=0.05, repeats=True),
    "nested": RawAnswer((_BEGIN, b'data: {"choices":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001 + b"\n\n")),
    "surrogates": RawAnswer((_BEGIN, _frame(content="\ud83d") * 100, _frame(content="\udc00 end."))),
    "bomb": RawAnswer((gzip.compress(gzip.compress(b"\0" * 10_000_000)),), headers=_GZIP),
}


def _send(messages: Sequence[dict[str, Any]]) -> RawAnswer | None:
    return _STREAMS.get(str(messages[-1]["content"]))


def _has_ended(harness: ServiceHarness, persona: Persona) -> bool:
    streams = [one.stream for one in harness.slack.workspace.messages if one.stream and not one.deleted]
    is_open = any(stream.state is StreamState.LIVE for stream in streams)
    has_more_than_words = len(" ".join(persona.answers()).strip()) > len(_SAID)
    return has_more_than_words and not any("Stop" in label for label in persona.all_buttons()) and not is_open


async def test_whatever_a_gateway_sends_has_an_end_and_delays_nobody(empty_harness: ServiceHarness) -> None:
    harness = empty_harness
    await harness.start(WANJIE_IDLE_TIMEOUT="1", WANJIE_FIRST_BYTE_TIMEOUT="30", WANJIE_MAX_ATTEMPTS="1")
    await harness.ready()
    harness.wanjie.script.answer, harness.wanjie.script.raw_answer = lambda _: _SAID, _send
    asking = [(name, persona) for name in _STREAMS for persona in (harness.private(name), harness.direct(name))]
    for name, persona in asking:
        await persona.say(name)
    begun = time.monotonic()
    for stranger in (harness.private(), harness.direct()):
        await stranger.say("Hello!")
        await says(stranger, _SAID)
        assert time.monotonic() - begun < _LONGEST_WAIT

    async with asyncio.timeout(60):
        while not all(_has_ended(harness, persona) for _, persona in asking):  # noqa: ASYNC110 - no signal of all
            await asyncio.sleep(0.05)
    for name, persona in asking:
        shown = " ".join(persona.answers())
        assert len(shown) < 2_000, name
        assert not any("\ud800" <= character <= "\udfff" for character in shown)
    assert "Traceback" not in harness.logs()
