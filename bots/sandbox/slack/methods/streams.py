"""chat.startStream, appendStream and stopStream: one message that grows for about five minutes."""

from collections.abc import Iterable

from bots.sandbox.slack.blocks.message_content import Piece, read_piece
from bots.sandbox.slack.blocks.validation import MAX_BLOCKS, check_blocks
from bots.sandbox.slack.call import Args, Json, RefusalError
from bots.sandbox.slack.data_types import Channel, Message, Stream, StreamState
from bots.sandbox.slack.events import Announcer
from bots.sandbox.slack.workspace_state import Workspace


class Streams:
    """Streamed messages; see `Rules` for their lifetime and length."""

    def __init__(self, workspace: Workspace, announcer: Announcer) -> None:
        self._workspace = workspace
        self._announcer = announcer

    def start(self, args: Args) -> Json:
        channel = self._workspace.find_writable_channel(args.text("channel"))
        root = self._thread(channel, args.text("thread_ts"))
        self._check_recipient(channel, args)
        piece, mode = read_piece(args), _mode(args)
        message = Message(channel.id, self._workspace.new_ts(), self._workspace.bot.id, markdown="")
        message.bot_id, message.thread_ts = self._workspace.bot_id, root
        message.stream = Stream(self._workspace.clock() + self._workspace.rules.stream_lifetime, mode=mode)
        self._extend(message, piece)
        self._workspace.add(message, "started")
        self._workspace.answered(channel.id, root)
        self._workspace.set_session(channel.id, root, "processing")
        self._announcer.announce_message(message)
        return {"ok": True, "channel": channel.id, "ts": message.ts}

    def append(self, args: Args) -> Json:
        message, stream = self._streamed(args)
        state = self._workspace.state_of(stream)
        if state is StreamState.STOPPED:
            raise RefusalError("stopped_by_user")
        if state is not StreamState.LIVE:
            raise RefusalError("message_not_in_streaming_state")
        piece = read_piece(args)
        if piece == Piece(""):
            raise RefusalError("no_text")
        _keep_mode(stream, _mode(args))
        message.history.append(message.shown)
        self._extend(message, piece)
        self._workspace.seen(message, "appended")
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def stop(self, args: Args) -> Json:
        message, stream = self._streamed(args)
        if self._workspace.state_of(stream) is not StreamState.LIVE:
            raise RefusalError("message_not_in_streaming_state")
        blocks = args.items("blocks", "invalid_blocks_format")
        if len(blocks) > MAX_BLOCKS:
            raise RefusalError("msg_blocks_too_many")
        check_blocks(blocks)
        piece = read_piece(args)
        _keep_mode(stream, _mode(args) or ("markdown_text" if blocks else ""))
        before = message.as_json(self._workspace.team_id)
        message.history.append(message.shown)
        self._extend(message, piece)
        message.blocks += blocks
        message.metadata = args.mapping("metadata", "invalid_metadata_format")
        stream.state = StreamState.ENDED
        self._workspace.set_session(message.channel, message.root, args.text("session_status") or "active")
        self._workspace.seen(message, "stopped")
        self._announcer.announce_edit(message, before)
        after = message.as_json(self._workspace.team_id)
        return {"ok": True, "channel": message.channel, "ts": message.ts, "message": after}

    def live(self, channel: str, root: str) -> list[Message]:
        """Return the messages of a thread that are streaming now."""
        found = [one for one in self._workspace.thread(channel, root) if one.stream]
        return [one for one in found if one.stream and self._workspace.state_of(one.stream) is StreamState.LIVE]

    def _thread(self, channel: Channel, ts: str) -> str:
        """Return the root for a `thread_ts`; a stream outside a thread is refused (`invalid_thread_ts`)."""
        parent = next((one for one in self._workspace.standing(channel.id) if ts in {one.ts, one.thread_ts}), None)
        if not ts or parent is None:
            raise RefusalError("invalid_thread_ts")
        if parent.ts == ts and parent.root != ts:
            self._workspace.violation(f"thread_ts {ts} names a reply, not the parent of a thread")
        return parent.root

    def _check_recipient(self, channel: Channel, args: Args) -> None:
        """Require the reader outside direct messages (Slack: required when streaming to channels)."""
        if channel.kind != "im":
            for name in ("recipient_team_id", "recipient_user_id"):
                if not args.text(name):
                    raise RefusalError(f"missing_{name}")
        user = args.text("recipient_user_id")
        reader = self._workspace.people.get(user)
        if user and reader is None:
            raise RefusalError("user_not_found")
        if reader is not None and reader.is_hidden:
            raise RefusalError("user_not_visible")
        if args.text("recipient_team_id") not in {"", (reader and reader.team) or self._workspace.team_id}:
            self._workspace.violation(f"unknown recipient_team_id {args.text('recipient_team_id')}")

    def _streamed(self, args: Args) -> tuple[Message, Stream]:
        channel = self._workspace.find_writable_channel(args.text("channel"))
        message = self._workspace.message(channel.id, args.text("ts"))
        if message.bot_id != self._workspace.bot_id:
            raise RefusalError("message_not_owned_by_app")
        if message.stream is None:
            raise RefusalError("message_not_in_streaming_state")
        return message, message.stream

    def _extend(self, message: Message, piece: Piece) -> None:
        text = (message.markdown or "") + piece.markdown
        if len(text) > self._workspace.rules.stream_limit:
            raise RefusalError("msg_too_long")
        tasks = dict(message.stream.tasks if message.stream else {})
        for task in piece.tasks:
            known = tasks.get(task["id"], {})
            details = known.get("details", "") + task.get(
                "details", ""
            )  # details are appended, other fields are replaced
            tasks[task["id"]] = {**known, **task, "details": details}
        if tasks and text and _weight(text, tasks.values()) > self._workspace.rules.card_limit:
            raise RefusalError("msg_too_long")
        message.markdown = text
        message.blocks = [*message.blocks, *piece.blocks]
        if message.stream is not None:
            message.stream.plan = piece.plan or message.stream.plan
            message.stream.tasks = tasks


def _weight(text: str, tasks: Iterable[Json]) -> int:
    """Bytes of text and tasks together, as Slack seems to count them (openclaw/openclaw#143882)."""
    counted = [text, *(part for task in tasks for part in (task["title"], task["details"], task["details"]))]
    return sum(len(part.encode()) for part in counted)


def _mode(args: Args) -> str:
    return next((name for name in ("markdown_text", "chunks") if args.has(name)), "")


def _keep_mode(stream: Stream, mode: str) -> None:
    """Refuse text in a stream of chunks, or chunks in one of text.

    Slack does not document it; many apps report `streaming_mode_mismatch`, also for `blocks` after chunks.
    """
    if mode and stream.mode not in {"", mode}:
        raise RefusalError("streaming_mode_mismatch")
    stream.mode = stream.mode or mode
