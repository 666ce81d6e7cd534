"""The object store behind the simulated Wanjie: links to files, and links that lead to trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

BUCKET = "/maas-public-bucket"
_HANG_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class ReceivedDownload:
    """A request that arrived at the object store, with what its headers gave away."""

    path: str
    headers: Mapping[str, str]


class Bucket:
    """Serve what was put in, on the simulator's own host; no key is asked for.

    A link misbehaves as its query says: `?pause=0.1` sends a byte every so many seconds, `?hang=1` falls silent in the
    middle, `?break=1` breaks off there, `?hold=1` sends nothing until `released` is set, `?size=30000000` fills the
    file up with zeros, `?unsized=1` does not say how large it is, `?status=403` refuses. `…/redirect?to=URL` leads on
    to the URL, without one to itself.
    """

    def __init__(self) -> None:
        self.downloads: list[ReceivedDownload] = []
        self.released = asyncio.Event()
        self._files: dict[str, bytes] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.get(BUCKET + "/redirect", self._handle_redirect), web.get(BUCKET + "/{name}", self._handle_file)]

    def put(self, data: bytes, suffix: str) -> str:
        """Keep a file; give its path."""
        name = f"{len(self._files)}.{suffix}"
        self._files[name] = data
        return f"{BUCKET}/{name}"

    async def _handle_redirect(self, request: web.Request) -> web.StreamResponse:
        self._record(request)
        return web.Response(status=302, headers={"Location": request.query.get("to", request.path)})

    async def _handle_file(self, request: web.Request) -> web.StreamResponse:
        self._record(request)
        data = self._files.get(request.match_info["name"])
        status = int(request.query.get("status", "200" if data is not None else "404"))
        if data is None or status != web.HTTPOk.status_code:
            return web.Response(status=status, text="NoSuchKey" if data is None else "AccessDenied")
        if "hold" in request.query:
            await self.released.wait()
        return await _send_file(request, data.ljust(int(request.query.get("size", "0")), b"\0"))

    def _record(self, request: web.Request) -> None:
        self.downloads.append(ReceivedDownload(request.path_qs, dict(request.headers)))


async def _send_file(request: web.Request, data: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "image/png"})
    if "unsized" in request.query:
        response.enable_chunked_encoding()
    else:
        response.content_length = len(data)
    await response.prepare(request)
    middle = len(data) // 2
    if pause := float(request.query.get("pause", "0")):
        for byte in data:
            await response.write(bytes([byte]))
            await asyncio.sleep(pause)
    elif request.query.keys() & {"break", "hang"}:
        await response.write(data[:middle])
        await asyncio.sleep(_HANG_SECONDS if "hang" in request.query else 0)
        if request.transport is not None:
            request.transport.close()
    else:
        await response.write(data)
    return response
