"""conversations.*, users.* and reactions.*: reading the workspace, and reactions."""

import base64
from typing import TypeVar

from bots.sandbox.slack.call import Args, Json, RefusalError
from bots.sandbox.slack.data_types import Channel, Message, Person
from bots.sandbox.slack.events import Announcer
from bots.sandbox.slack.workspace_state import Workspace

_Entry = TypeVar("_Entry")
_MAX_PAGE = 1000


class Conversations:
    """Reading channels, threads and people."""

    def __init__(self, workspace: Workspace, announcer: Announcer) -> None:
        self._workspace = workspace
        self._announcer = announcer

    def history(self, args: Args) -> Json:
        channel = self._workspace.find_joined_channel(args.text("channel"))
        newest_first = [one for one in reversed(self._workspace.standing(channel.id)) if one.root == one.ts]
        return self._messages(args, newest_first, default=100)

    def replies(self, args: Args) -> Json:
        channel = self._workspace.find_joined_channel(args.text("channel"))
        ts = args.text("ts")
        wanted = next((one for one in self._workspace.standing(channel.id) if one.ts == ts), None)
        thread = self._workspace.thread(channel.id, wanted.root if wanted else ts)
        if not thread:
            raise RefusalError("thread_not_found")
        return self._messages(args, thread, default=_MAX_PAGE)

    def info(self, args: Args) -> Json:
        return {"ok": True, "channel": self._workspace.channel(args.text("channel")).as_json()}

    def join(self, args: Args) -> Json:
        channel = self._workspace.channel(args.text("channel"))
        if channel.kind != "channel":
            raise RefusalError("method_not_supported_for_channel_type")
        if channel.archived:
            raise RefusalError("is_archived")
        if not channel.bot_member:
            channel.bot_member = True
            self._announcer.announce_join(channel, self._workspace.bot.id)
        return {"ok": True, "channel": channel.as_json()}

    def leave(self, args: Args) -> Json:
        channel = self._workspace.channel(args.text("channel"))
        if channel.kind == "im":
            raise RefusalError("method_not_supported_for_channel_type")
        if not channel.bot_member:
            return {"ok": False, "not_in_channel": True}
        channel.bot_member = False
        return {"ok": True}

    def open(self, args: Args) -> Json:
        users = [user for user in args.text("users").split(",") if user]
        if args.has("channel"):
            return {"ok": True, "channel": self._workspace.channel(args.text("channel")).as_json()}
        if not users:
            raise RefusalError("users_list_not_supplied")
        if not all(user in self._workspace.people for user in users):
            raise RefusalError("user_not_found")
        one = self._workspace.im(users[0]) if len(users) == 1 else self._group(set(users))
        return {"ok": True, "channel": one.as_json() if args.flag("return_im") else {"id": one.id}}

    def catalogue(self, args: Args) -> Json:
        kinds = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
        names = (args.text("types") or "public_channel").split(",")
        if not kinds.keys() >= set(names):
            raise RefusalError("invalid_types")
        wanted = {kinds[name] for name in names}
        found = [one for one in self._workspace.channels.values() if one.kind in wanted]
        found = [one for one in found if one.bot_member or one.kind == "channel"]
        if args.flag("exclude_archived"):
            found = [one for one in found if not one.archived]
        page, more = _page(args, found, 100)
        return {"ok": True, "channels": [one.as_json() for one in page], **more}

    def user_info(self, args: Args) -> Json:
        person = self._workspace.people.get(args.text("user"))
        if person is None:
            raise RefusalError("user_not_found")
        return {"ok": True, "user": self._person(person, args)}

    def user_list(self, args: Args) -> Json:
        page, more = _page(args, [*self._workspace.people.values()], _MAX_PAGE)
        return {"ok": True, "members": [self._person(one, args) for one in page], **more}

    def react(self, args: Args) -> Json:
        message = self._reacted(args)
        users = message.reactions.setdefault(args.text("name"), [])
        if self._workspace.bot.id in users:
            raise RefusalError("already_reacted")
        users.append(self._workspace.bot.id)
        self._workspace.seen(message, "reacted")
        return {"ok": True}

    def unreact(self, args: Args) -> Json:
        message = self._reacted(args)
        users = message.reactions.get(args.text("name"), [])
        if self._workspace.bot.id not in users:
            raise RefusalError("no_reaction")
        users.remove(self._workspace.bot.id)
        self._workspace.seen(message, "reacted")
        return {"ok": True}

    def _reacted(self, args: Args) -> Message:
        if not (args.has("channel") and args.has("timestamp")):
            raise RefusalError("no_item_specified")
        if not args.text("name").replace("_", "").replace("-", "").replace("+", "").isalnum():
            raise RefusalError("invalid_name")
        channel = self._workspace.find_writable_channel(args.text("channel"))
        return self._workspace.message(channel.id, args.text("timestamp"))

    def _group(self, members: set[str]) -> Channel:
        known = (one for one in self._workspace.channels.values() if one.kind == "mpim" and one.members == members)
        return next(known, None) or self._workspace.add_channel("mpdm", "mpim", members)

    def _person(self, person: Person, args: Args) -> Json:
        return person.as_json(self._workspace.team_id, with_locale=args.flag("include_locale"))

    def _messages(self, args: Args, found: list[Message], *, default: int) -> Json:
        oldest, latest = args.text("oldest"), args.text("latest")
        if args.flag("inclusive"):
            found = [one for one in found if (not oldest or one.ts >= oldest) and (not latest or one.ts <= latest)]
        else:
            found = [one for one in found if (not oldest or one.ts > oldest) and (not latest or one.ts < latest)]
        page, more = _page(args, found, default)
        return {"ok": True, "messages": [self._message(one, args) for one in page], **more}

    def _message(self, message: Message, args: Args) -> Json:
        answer = message.as_json(self._workspace.team_id, with_metadata=args.flag("include_all_metadata"))
        replies = [one for one in self._workspace.thread(message.channel, message.ts) if one is not message]
        if replies:
            answer |= {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
        return answer


def _page(args: Args, entries: list[_Entry], default: int) -> tuple[list[_Entry], Json]:
    """Return one page and the `response_metadata` of the next; a cursor that was not handed out is `invalid_cursor`."""
    limit = args.number("limit", default)
    if not 0 < limit <= _MAX_PAGE:
        raise RefusalError("invalid_limit")
    start = _start_of(args.text("cursor"))
    more = len(entries) > start + limit
    cursor = base64.b64encode(f"next:{start + limit}".encode()).decode() if more else ""
    return entries[start : start + limit], {"has_more": more, "response_metadata": {"next_cursor": cursor}}


def _start_of(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError:
        raise RefusalError("invalid_cursor") from None
