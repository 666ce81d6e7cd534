"""A process that owns an embedded server, to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from core.redis import EmbeddedRedis, connect


async def main() -> None:
    async with EmbeddedRedis(Path(sys.argv[1])) as url:
        client = connect(url)
        await client.set("key", "value")
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
