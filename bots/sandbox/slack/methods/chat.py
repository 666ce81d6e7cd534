"""chat.*: posting, changing and deleting messages."""

import re
import time

from bots.sandbox.slack.blocks.message_content import Content, read_content, read_update
from bots.sandbox.slack.call import Args, Json, RefusalError
from bots.sandbox.slack.data_types import Message, StreamState
from bots.sandbox.slack.events import Announcer
from bots.sandbox.slack.workspace_state import Workspace

_TS = re.compile(r"\d{10}\.\d{6}")


class Chat:
    """The app's own messages."""

    def __init__(self, workspace: Workspace, announcer: Announcer) -> None:
        self._workspace = workspace
        self._announcer = announcer

    def post(self, args: Args) -> Json:
        channel = self._addressed(args.text("channel"))
        content = read_content(args)
        self._workspace.check_images(content.blocks or [])
        message = self._compose(args, content, channel)
        message.metadata = args.mapping("metadata", "invalid_metadata_format")
        self._workspace.add(message)
        self._workspace.answered(channel, message.thread_ts)
        self._announcer.announce_message(message)
        answer: Json = {"ok": True, "channel": channel, "ts": message.ts, "message": self._json(message)}
        if content.truncated:
            answer |= {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
        return answer

    def post_ephemeral(self, args: Args) -> Json:
        channel = self._workspace.find_writable_channel(args.text("channel"))
        user = args.text("user")
        if user not in channel.members:
            raise RefusalError("user_not_in_channel")
        message = self._compose(args, read_content(args), channel.id)
        message.visible_to = user
        self._workspace.add(message, "ephemeral")
        return {"ok": True, "message_ts": message.ts}

    def update(self, args: Args) -> Json:
        message = self._own(args, "cant_update_message")
        if message.stream and self._workspace.state_of(message.stream) is StreamState.LIVE:
            raise RefusalError("streaming_state_conflict")
        window = self._workspace.rules.edit_window
        if window is not None and time.time() - float(message.ts) > window:
            raise RefusalError("edit_window_closed")
        content = read_update(args)
        self._workspace.check_images(content.blocks or [])
        before = self._json(message)
        message.history.append(message.shown)
        message.text = content.text or ""
        message.blocks = content.blocks or []
        message.markdown = content.markdown
        message.attachments = content.attachments
        if message.stream:
            message.stream.tasks.clear()
        if args.has("metadata"):
            message.metadata = args.mapping("metadata", "invalid_metadata_format") or None
        self._workspace.seen(message, "updated")
        self._announcer.announce_edit(message, before)
        after = self._json(message)
        return {"ok": True, "channel": message.channel, "ts": message.ts, "text": after["text"], "message": after}

    def delete(self, args: Args) -> Json:
        message = self._own(args, "cant_delete_message")
        message.deleted = True
        self._workspace.seen(message, "deleted")
        self._announcer.announce_deletion(message)
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def _addressed(self, name: str) -> str:
        """Return the channel id for an id, a `#name`, or a user's id, which stands for the direct conversation."""
        if name in self._workspace.people:
            return self._workspace.im(name).id
        named = (one.id for one in self._workspace.channels.values() if name and one.name == name.lstrip("#"))
        return self._workspace.find_writable_channel(next(named, name)).id

    def _own(self, args: Args, refusal: str) -> Message:
        channel = self._workspace.find_writable_channel(args.text("channel"))
        message = self._workspace.message(channel.id, args.text("ts"))
        if message.bot_id != self._workspace.bot_id:
            raise RefusalError(refusal)
        return message

    def _compose(self, args: Args, content: Content, channel: str) -> Message:
        if content.text == "" and content.markdown:
            self._workspace.violation("text and markdown_text sent together (the text was empty)")
        thread_ts = args.text("thread_ts") or None
        if thread_ts and not _TS.fullmatch(thread_ts):
            raise RefusalError("invalid_thread_ts")
        parent = next((one for one in self._workspace.standing(channel) if one.ts == thread_ts), None)
        if parent and parent.root != parent.ts:
            self._workspace.violation(f"thread_ts {thread_ts} names a reply, not the parent of a thread")
        message = Message(channel, self._workspace.new_ts(), self._workspace.bot.id, bot_id=self._workspace.bot_id)
        message.thread_ts = self._workspace.root_of(channel, thread_ts)
        message.text, message.blocks = content.text or "", content.blocks or []
        message.markdown, message.attachments = content.markdown, content.attachments
        return message

    def _json(self, message: Message) -> Json:
        return message.as_json(self._workspace.team_id)
