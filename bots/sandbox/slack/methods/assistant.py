"""assistant.threads.* and agents.sessions.*: the status of an answer in progress, prompts and titles."""

from typing import cast

from bots.sandbox.slack.call import Args, Json, RefusalError
from bots.sandbox.slack.workspace_state import Workspace

_SESSION_STATES = frozenset({"processing", "active", "suspended", "closed"})
_MAX_LOADING_MESSAGES, _MAX_LOADING_MESSAGE = 10, 50
_MAX_PROMPTS = 4
_MAX_TITLE = 200


class Assistant:
    """What the app shows besides messages."""

    def __init__(self, workspace: Workspace) -> None:
        self.prompts: dict[str, list[Json]] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.sessions = workspace.sessions
        self._workspace = workspace

    def set_status(self, args: Args) -> Json:
        channel, thread = self._thread(args)
        loading = cast("list[str]", args.values.get("loading_messages") or [])
        if len(loading) > _MAX_LOADING_MESSAGES or not all(0 < len(one) <= _MAX_LOADING_MESSAGE for one in loading):
            raise RefusalError("invalid_arguments", "loading_messages: 1 to 10 strings of 1 to 50 characters")
        self._workspace.set_status(channel, thread, args.text("status"), tuple(loading))
        return {"ok": True}

    def set_prompts(self, args: Args) -> Json:
        if not self._workspace.rules.agent_sessions:
            raise RefusalError("not_agent_app")
        channel = self._workspace.find_joined_channel(args.text("channel_id"))
        prompts = args.items("prompts", "invalid_arguments")
        if not 0 < len(prompts) <= _MAX_PROMPTS or not all(one.get("title") and one.get("message") for one in prompts):
            raise RefusalError("invalid_arguments", "prompts: 1 to 4 of a title and a message each")
        self.prompts[channel.id] = prompts
        self._workspace.changed()
        return {"ok": True}

    def set_title(self, args: Args) -> Json:
        self.titles[self._thread(args)] = args.text("title")
        self._workspace.changed()
        return {"ok": True}

    def set_session(self, args: Args) -> Json:
        self._require_agent()
        if not args.text("thread_ts"):
            raise RefusalError("thread_ts_required")
        if args.text("status") not in _SESSION_STATES:
            raise RefusalError("invalid_status")
        thread = self._thread(args)
        self._workspace.set_session(*thread, args.text("status"))
        if args.has("title"):
            self.titles.setdefault(thread, args.text("title")[:_MAX_TITLE])
        self._workspace.changed()
        return {"ok": True}

    def rename_session(self, args: Args) -> Json:
        self._require_agent()
        if not 0 < len(args.text("title")) <= _MAX_TITLE:
            raise RefusalError("invalid_arguments", "title: 1 to 200 characters")
        thread = self._thread(args)
        if thread not in self.sessions:
            raise RefusalError("session_not_found")
        self.titles[thread] = args.text("title")
        self._workspace.changed()
        return {"ok": True}

    def _require_agent(self) -> None:
        """Refuse sessions to an app that is not declared an Agent (Slack: `not_authorized`)."""
        if not self._workspace.rules.agent_sessions:
            raise RefusalError("not_authorized")

    def _thread(self, args: Args) -> tuple[str, str]:
        channel = self._workspace.find_joined_channel(args.text("channel_id"))
        thread = args.text("thread_ts")
        if not self._workspace.thread(channel.id, thread):
            raise RefusalError("invalid_thread_ts")
        return channel.id, thread
