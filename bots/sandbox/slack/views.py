"""views.* and interactivity: triggers that live 3 seconds, modals, the Home tab, and response URLs."""

import secrets
from dataclasses import dataclass

from aiohttp import web

from .blocks.message_content import read_content
from .blocks.validation import MAX_VIEW_BLOCKS, check_blocks
from .call import Args, Json, RefusalError, read_args
from .state import Channel, Message, Person
from .workspace import Workspace

_MAX_TITLE = 24


@dataclass(slots=True)
class ResponseUrl:
    """The address for answers to one interaction; *source* is the message whose button was pressed."""

    channel: str
    user: str
    expires: float
    uses_left: int
    source: Message | None = None


class Views:
    """Open modals by view id, and Home tabs by user id."""

    def __init__(self, workspace: Workspace) -> None:
        self.modals: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self._workspace = workspace
        self._triggers: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()

    def trigger(self, user: str) -> str:
        """Return a trigger id for a user's act; it opens one modal within 3 seconds."""
        trigger = f"{secrets.randbelow(10**10)}.{secrets.token_hex(8)}"
        self._triggers[trigger] = (user, self._workspace.clock())
        return trigger

    def open(self, args: Args) -> Json:
        trigger = args.text("trigger_id")
        if trigger not in self._triggers:
            raise RefusalError("invalid_trigger_id")
        if trigger in self._used:
            raise RefusalError("exchanged_trigger_id")
        user, at = self._triggers[trigger]
        if self._workspace.clock() - at > self._workspace.rules.trigger_lifetime:
            raise RefusalError("expired_trigger_id")
        view = self._read(args, {"modal"})
        self._used.add(trigger)
        view |= {"id": self._workspace.new_id("V"), "user": user}
        return self._store(self.modals, view["id"], view)

    def update(self, args: Args) -> Json:
        external = args.text("external_id")
        named = (key for key, one in self.modals.items() if external and one.get("external_id") == external)
        view_id = args.text("view_id") or next(named, "")
        if view_id not in self.modals:
            raise RefusalError("not_found")
        self._check_hash(args, self.modals[view_id])
        view = self._read(args, {"modal"}) | {"id": view_id, "user": self.modals[view_id]["user"]}
        return self._store(self.modals, view_id, view)

    def publish(self, args: Args) -> Json:
        user = args.text("user_id")
        if user not in self._workspace.people:
            raise RefusalError("user_not_found")
        self._check_hash(args, self.homes.get(user, {}))
        view = self._read(args, {"home"}) | {"id": self._workspace.new_id("V")}
        return self._store(self.homes, user, view)

    def _read(self, args: Args, types: set[str]) -> Json:
        view = args.mapping("view", "invalid_arguments")
        if not view or view.get("type") not in types or "blocks" not in view:
            raise RefusalError("invalid_arguments", "a view needs its type and blocks [json-pointer:/view]")
        check_blocks(view["blocks"], most=MAX_VIEW_BLOCKS)
        if view["type"] == "modal" and not 0 < len(view.get("title", {}).get("text", "")) <= _MAX_TITLE:
            raise RefusalError("invalid_arguments", "must be less than 25 characters [json-pointer:/view/title/text]")
        return dict(view)

    def _check_hash(self, args: Args, view: Json) -> None:
        if args.has("hash") and args.text("hash") != view.get("hash"):
            raise RefusalError("hash_conflict")

    def _store(self, views: dict[str, Json], key: str, view: Json) -> Json:
        view |= {"hash": secrets.token_hex(6), "team_id": self._workspace.team_id, "app_id": self._workspace.app_id}
        view |= {"bot_id": self._workspace.bot_id, "state": {"values": {}}}
        views[key] = view
        self._workspace.changed()
        return {"ok": True, "view": view}


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
        return f"{self._workspace.base_url}/commands/{key}"

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
