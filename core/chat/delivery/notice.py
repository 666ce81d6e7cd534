"""What the service itself says, exactly once for each event."""

from __future__ import annotations

import asyncio

from core.chat.port.outbox import Outbox
from core.queue import Job

from .answer_buffer import as_stream
from .checkpoint import DeliveryCheckpoint
from .deliver import deliver
from .retry import retry_until_sent


async def send_notice(job: Job, outbox: Outbox, text: str, *, name: str = "said_") -> None:
    """Say `text`, however long the platform makes us wait.

    A turn that is begun anew says it in the same message. What goes back by a private route may be said twice then;
    such answers cannot be looked up. `name` sets one of several things that are said in a turn apart. Raises
    `RecipientGoneError` or `ContentRejectedError`, which waiting cannot mend.
    """
    if outbox.replies_ephemerally:
        await retry_until_sent(lambda: outbox.send_text(text))
    else:
        await deliver(as_stream(text), outbox, DeliveryCheckpoint(job, name), stopped=asyncio.Event())
