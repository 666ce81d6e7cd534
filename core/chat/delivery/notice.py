"""What the service itself says, exactly once for each event."""

from __future__ import annotations

import asyncio

from core.chat.port.outbox import Outbox
from core.queue import Turn

from .answer_buffer import whole
from .checkpoint import Progress
from .deliver import deliver
from .retry import insist


async def tell(turn: Turn, outbox: Outbox, text: str, *, name: str = "said_") -> None:
    """Say `text`, however long the platform makes us wait.

    A turn that is begun anew says it in the same message. What goes back by a private route may be said twice then;
    such answers cannot be looked up. `name` sets one of several things that are said in a turn apart. Raises
    `GoneError` or `RefusedError`, which waiting cannot mend.
    """
    if outbox.private:
        await insist(lambda: outbox.say(text))
    else:
        await deliver(whole(text), outbox, Progress(turn, name), stopped=asyncio.Event())
