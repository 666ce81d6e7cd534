"""Delivering a growing answer: a pump reads the stream, a writer shows the newest state.

Neither waits for the other. Updates in between are optional: those that the rate limits refuse are skipped. The last
state of each page is repeated until the platform has confirmed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.chat.port.outbox import Outbox
from core.wanjie import ReadingPace

from .answer_buffer import AnswerBuffer
from .answer_buttons import NO_BUTTONS, PageButtons
from .answer_text import TextChunk
from .delivery_checkpoint import DeliveryCheckpoint
from .fewer_steps_under_load import OverloadBackoff
from .measure_answer import AnswerMeasurement
from .page_writer import PageWriter


async def deliver(
    stream: AsyncGenerator[TextChunk],
    outbox: Outbox,
    checkpoint: DeliveryCheckpoint,
    *,
    stopped: asyncio.Event,
    group: bool = False,
    whole_answer: bool = True,
    buttons: PageButtons = NO_BUTTONS,
    opening: str = "",
    measurement: AnswerMeasurement | None = None,
    pace: ReadingPace | None = None,
    backoff: OverloadBackoff | None = None,
) -> str:
    """Show the chunks of `stream` as one answer in as many pages as it takes; return the answer without reasoning.

    The answer begins with the pages of `checkpoint`; pages that it does not need are deleted. The call returns when the
    end of the answer is shown. After `stopped`, that is the text which had come until half a second before at least, or
    the longest text that was shown before. In a `group` the updates slow down. Unless it is a `whole_answer`, whoever
    takes over asks the model again. The last message bears the `buttons`. `opening` is the line of a code fence within
    which the answer begins. `measurement` measures the steps. `pace` is told when the next step is due: `stream` need
    not be read sooner. `backoff` is that of all answers of the process.

    Raises what `stream` raises (the pages stay in `checkpoint`), `RecipientGoneError` when nobody can read the answer
    any more, `ContentRejectedError` when the platform will never accept it, `OwnershipLostError` when another process
    owns the job.
    """
    buffer = AnswerBuffer()
    pace, backoff = pace or ReadingPace(), backoff or OverloadBackoff()
    writer = PageWriter(buffer, outbox, checkpoint, buttons, pace, backoff, measurement, group=group, opening=opening)
    pump = asyncio.create_task(_pump(stream, buffer, pace))
    pump.add_done_callback(lambda _: buffer.end())  # also when it was stopped before it began
    stop = asyncio.create_task(_cancel_when_stopped(pump, stopped))
    try:
        await writer.follow()
        await asyncio.wait([pump])
        checkpoint.remember_longest(buffer.current)  # words that came just before a failure were not shown yet
        if not pump.cancelled():
            pump.result()
        elif len(checkpoint.longest.text) > len(buffer.current.text):
            buffer.replace(checkpoint.longest)
        if whole_answer:
            await writer.save_whole_text()
        await writer.finish()
    finally:
        stop.cancel()
        pump.cancel()
        await asyncio.gather(pump, stop, return_exceptions=True)
    return buffer.current.answer


async def _pump(stream: AsyncGenerator[TextChunk], buffer: AnswerBuffer, pace: ReadingPace) -> None:
    try:
        async with aclosing(stream):
            async for chunk in stream:
                buffer.add(chunk, pace.get_arrival())
    finally:
        buffer.end()


async def _cancel_when_stopped(pump: asyncio.Task[None], stopped: asyncio.Event) -> None:
    await stopped.wait()
    pump.cancel()
