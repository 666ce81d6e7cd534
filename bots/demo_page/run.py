"""Serve the page until somebody ends it."""

from __future__ import annotations

import asyncio
import tempfile
import webbrowser
from pathlib import Path

from core.settings import read_wanjie_environment

from .page_backend import DemoPage
from .server import PageServer


def serve_page() -> int:
    """Serve the page on 127.0.0.1, open it where there is a browser, and wait for Ctrl-C; return the exit status."""
    try:
        return asyncio.run(_serve())
    except KeyboardInterrupt:
        return 0


async def _serve() -> int:
    with tempfile.TemporaryDirectory(prefix="wanjie-demo-") as folder:
        async with DemoPage.open(Path(folder), read_wanjie_environment()) as page:
            server = PageServer(page)
            address = await server.start()
            print(f"The demo is at {address}\nCtrl-C ends it.", flush=True)  # noqa: T201 - a terminal program
            await asyncio.to_thread(webbrowser.open, address)
            try:
                await asyncio.Event().wait()
            finally:
                await server.close()
    return 0
