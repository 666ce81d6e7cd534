"""The addresses for answers to interactions: what is posted to them, and how long they are valid."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from .blocks.message_content import read_content
from .call import Args, Json, RefusalError, read_args
from .data_types import Channel, Message, Person
from .workspace_state import Workspace


@dataclass(slots=True)
class ResponseUrl:
    """The address for answers to one interaction; *source* is the message whose button was pressed."""

    channel: str
    user: str
    expires: float
    uses_left: int
    source: Message | None = None


class ResponseUrls:
    """Answers to interactions; Slack: 5 within 30 minutes, also where the app is no member."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._urls: dict[str, ResponseUrl] = {}

    def issue(self, channel: Channel, person: Person, source: Message | None = None) -> str:
        key = secrets.token_hex(12)
        rules = self._workspace.rules
        expires = self._workspace.clock() + rules.response_url_lifetime
        self._urls[key] = ResponseUrl(channel.id, person.id, expires, rules.response_url_uses, source)
        return f"{self._workspace.base_url}/commands/{self._workspace.team_id}/{key}"

    async def serve(self, request: web.Request) -> web.Response:
        url = self._urls.get(request.match_info["key"])
        if url is None or self._workspace.clock() >= url.expires:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        if url.uses_left == 0:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        try:
            self.answer(url, await read_args(request))
        except RefusalError as refusal:
            return web.json_response(refusal.answer(), status=500 if refusal.error == "no_text" else 400)
        url.uses_left -= 1
        return web.Response(text="ok")

    def answer(self, url: ResponseUrl, args: Args) -> None:
        """Do what a response asks: delete or replace the source, or post for one person or for all."""
        if args.flag("delete_original") and url.source:
            url.source.deleted = True
            self._workspace.seen(url.source, "deleted")
            return
        content = read_content(args)
        original = url.source if args.flag("replace_original") else None
        message = original or Message(url.channel, self._workspace.new_ts(), self._workspace.bot.id)
        message.history += [message.shown] if original else []
        message.text, message.blocks, message.markdown = content.text or "", content.blocks or [], content.markdown
        if original:
            self._workspace.seen(message, "updated")
            return
        message.bot_id = self._workspace.bot_id
        message.thread_ts = args.text("thread_ts") or None
        message.visible_to = None if args.text("response_type") == "in_channel" else url.user
        self._workspace.add(message, "ephemeral" if message.visible_to else "posted")

    def answer_ack(self, channel: Channel, person: Person, payload: Json) -> None:
        """Show the message in the acknowledgement of a command, if there is one."""
        if payload:
            self.answer(ResponseUrl(channel.id, person.id, 0, 0), Args(payload))
