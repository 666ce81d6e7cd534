"""files.*: upload in three steps, delayed shares, and downloads that need the token."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

from aiohttp import BodyPartReader, web

from bots.sandbox.slack.call import Args, Json, RefusalError
from bots.sandbox.slack.data_types import Channel, Message, SlackFile
from bots.sandbox.slack.events import Announcer
from bots.sandbox.slack.tokens import Tokens
from bots.sandbox.slack.workspace_state import Workspace

_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in to Slack</title></head><body>Sign in</body></html>"
_MAX_ALT_TXT = 1000


class Files:
    """Uploads by the app, downloads of anybody's files."""

    def __init__(self, workspace: Workspace, announcer: Announcer, tokens: Tokens) -> None:
        self._workspace = workspace
        self._announcer = announcer
        self._tokens = tokens
        self._sharing: set[asyncio.Task[None]] = set()

    def upload_url(self, args: Args) -> Json:
        length = args.number("length", 0)
        if length <= 0:
            raise RefusalError("missing_argument", "length")
        if len(args.text("alt_txt")) > _MAX_ALT_TXT:
            raise RefusalError("alt_txt_too_large")
        file = self._workspace.add_file(args.text("filename"), self._workspace.bot.id)
        file.length, file.alt_txt = length, args.text("alt_txt")
        return {
            "ok": True,
            "upload_url": f"{self._workspace.base_url}/upload/v1/{self._workspace.team_id}-{file.id}",
            "file_id": file.id,
        }

    async def receive(self, request: web.Request) -> web.Response:
        """Take the bytes, raw or as a form (no token needed)."""
        file = self._workspace.files.get(request.match_info["id"])
        if file is None or file.content is not None:
            return web.Response(status=404, text="unknown upload")
        content = await _content_of(request)
        if len(content) != file.length:
            self._workspace.violation(f"{file.name}: {file.length} bytes announced, {len(content)} sent")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    def complete(self, args: Args) -> Json:
        entries = args.items("files", "invalid_arguments")
        channels = [one for one in (args.text("channel_id") or _listed(args, "channels")).split(",") if one]
        targets = [self._workspace.find_writable_channel(one) for one in channels]
        if args.has("thread_ts") and len(targets) != 1:
            raise RefusalError("invalid_arguments", "thread_ts needs exactly one channel")
        files = [self._uploaded(entry) for entry in entries]
        for file, entry in zip(files, entries, strict=True):
            file.title, file.completed = entry.get("title") or file.name, True
        self._later(self._process(files))
        for channel in targets:
            self._later(self._share(channel, files, args))
        return {"ok": True, "files": [{"id": file.id, "title": file.title} for file in files]}

    def info(self, args: Args) -> Json:
        file = self._workspace.files.get(args.text("file"))
        if file is None or not (file.completed or file.content is not None):
            raise RefusalError("file_not_found")
        return {"ok": True, "file": file.as_json(), "comments": []}

    async def download(self, request: web.Request) -> web.Response:
        """Serve a file; without the token Slack answers 200 with its login page, not 401."""
        file = self._workspace.files.get(request.match_info["id"])
        if file is not None and file.moved:
            raise web.HTTPFound(file.moved)
        token = self._tokens.bots.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if token is None or not token.covers(self._workspace) or (file is not None and file.guarded):
            return web.Response(text=_LOGIN_PAGE, content_type="text/html")
        if file is None or file.content is None:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.mimetype)

    async def close(self) -> None:
        for sharing in [*self._sharing]:
            sharing.cancel()
        await asyncio.gather(*self._sharing, return_exceptions=True)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._sharing.add(task)
        task.add_done_callback(self._sharing.discard)

    async def _process(self, files: list[SlackFile]) -> None:
        await asyncio.sleep(self._workspace.rules.processing_delay)
        for file in files:
            file.processed = True
        self._workspace.changed()

    def _uploaded(self, entry: Json) -> SlackFile:
        file = self._workspace.files.get(str(entry.get("id", "")))
        if file is None or file.content is None or file.completed:
            raise RefusalError("file_not_found")
        return file

    async def _share(self, channel: Channel, files: list[SlackFile], args: Args) -> None:
        await asyncio.sleep(self._workspace.rules.share_delay)
        message = Message(channel.id, self._workspace.new_ts(), self._workspace.bot.id, args.text("initial_comment"))
        message.bot_id, message.subtype, message.files = self._workspace.bot_id, "file_share", files
        message.thread_ts = self._workspace.root_of(channel.id, args.text("thread_ts") or None)
        share = {"ts": message.ts} | ({"thread_ts": message.thread_ts} if message.thread_ts else {})
        for file in files:
            kind = "public" if channel.kind == "channel" else "private"
            file.shares.setdefault(kind, {}).setdefault(channel.id, []).append(share)
        self._workspace.add(message)
        self._workspace.answered(channel.id, message.thread_ts)
        self._announcer.announce_message(message)


async def _content_of(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            return bytes(await part.read())
    return b""


def _listed(args: Args, name: str) -> str:
    """Return an array, or a comma-separated string, as a comma-separated string."""
    value: Any = args.values.get(name) or ""
    return value if isinstance(value, str) else ",".join(cast("list[str]", value))
