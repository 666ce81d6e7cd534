"""What a workspace consists of: people, channels, messages, streams and files."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from bots.sandbox.slack.blocks.text import visible_text

from .call import Json

ChannelKind: TypeAlias = Literal["channel", "group", "im", "mpim"]


@dataclass(slots=True)
class Person:
    """An account; bots are people too."""

    id: str
    name: str
    locale: str
    is_bot: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_guest: bool = False
    is_hidden: bool = False
    """The app may not see them, as with some guests and people of other workspaces."""
    team: str = ""
    """The workspace that a visitor comes from (Slack Connect); "" for those who belong here."""

    def as_json(self, team: str, *, with_locale: bool) -> Json:
        team = self.team or team
        profile = {"real_name": self.name, "display_name": self.name, "team": team}
        user: Json = {"id": self.id, "team_id": team, "name": self.name.lower(), "real_name": self.name}
        user |= {"deleted": False, "is_bot": self.is_bot, "tz": "Etc/UTC", "tz_offset": 0, "profile": profile}
        user |= {"is_restricted": self.is_guest, "is_ultra_restricted": False, "is_stranger": False}
        user |= {"is_admin": self.is_admin or self.is_owner, "is_owner": self.is_owner, "is_primary_owner": False}
        return user | ({"locale": self.locale} if with_locale else {})


@dataclass(slots=True)
class Channel:
    """A conversation; *kind* is the `channel_type` of its message events."""

    id: str
    name: str
    kind: ChannelKind = "channel"
    bot_member: bool = True
    archived: bool = False
    members: set[str] = field(default_factory=set[str])

    def as_json(self) -> Json:
        answer: Json = {"id": self.id, "is_archived": self.archived, "is_member": self.bot_member}
        answer |= {f"is_{kind}": self.kind == kind for kind in ("channel", "group", "im", "mpim")}
        answer["is_private"] = self.kind != "channel"
        if self.kind == "im":
            return answer | {"user": next(iter(self.members), "")}
        return answer | {"name": self.name}


class StreamState(StrEnum):
    LIVE = "live"
    ENDED = "ended"  # by chat.stopStream
    EXPIRED = "expired"  # by Slack, about five minutes after the start
    STOPPED = "stopped"  # by a user's click


@dataclass(slots=True)
class Stream:
    """The streaming half of a message; *expires* is a time of the workspace's clock."""

    expires: float
    state: StreamState = StreamState.LIVE
    mode: str = ""
    """`markdown_text` or `chunks`, as the first content was sent; "" before there is any."""
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])
    plan: str = ""


@dataclass(slots=True)
class SlackFile:
    """An uploaded file; *shares* fills when it has been posted, which is later than the upload.

    Slack looks into a file after the upload; until it is *processed* its mimetype is unknown.
    """

    id: str
    name: str
    user: str
    title: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    length: int = 0
    alt_txt: str = ""
    subtype: str = ""
    completed: bool = False
    processed: bool = False
    mode: str = "hosted"
    access: str = "visible"
    claimed: int | None = None
    """Bytes that Slack says it has; None: what it has."""
    guarded: bool = False
    """Nobody gets more than the login page."""
    moved: str = ""
    """Where its address leads."""
    url: str = ""
    shares: dict[str, dict[str, list[Json]]] = field(default_factory=dict[str, dict[str, list[Json]]])

    def as_json(self) -> Json:
        kind = self.name.rpartition(".")[2] if "." in self.name else "binary"
        answer: Json = {"id": self.id, "name": self.name, "title": self.title or self.name, "user": self.user}
        answer |= {"mimetype": self.mimetype if self.processed else "", "filetype": kind if self.processed else ""}
        size = len(self.content or b"") if self.claimed is None else self.claimed
        answer |= {"size": size, "mode": self.mode, "file_access": self.access}
        answer |= {"is_external": self.mode == "external", "shares": self.shares}
        answer |= {"url_private": self.url, "url_private_download": f"{self.url}?download=1"}
        return answer | ({"subtype": self.subtype} if self.subtype else {})

    def in_message(self) -> Json:
        """How a message shows it: of a file that came from another workspace `files.info` alone tells more."""
        if self.access != "check_file_info":
            return self.as_json()
        hidden: Json = {"id": self.id, "mode": "file_access", "file_access": self.access}
        return hidden | {"created": 0, "timestamp": 0, "user": ""}


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now; *history* holds what it read before each change."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list[Json])
    markdown: str | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    client_msg_id: str | None = None
    attachments: list[Json] = field(default_factory=list[Json])
    files: list[SlackFile] = field(default_factory=list[SlackFile])
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    history: list[str] = field(default_factory=list[str])
    stream: Stream | None = None
    visible_to: str | None = None
    deleted: bool = False
    app_id: str | None = None
    username: str | None = None
    """The name that an app goes by in this message."""
    user_team: str = ""
    """The workspace of a visitor; "" for everybody else."""

    @property
    def shown(self) -> str:
        """What a reader sees: the markdown and the text of the blocks, or the plain text when there are neither."""
        parts = [part for part in (self.markdown, visible_text(self.blocks)) if part]
        return "\n\n".join(parts) or self.text

    @property
    def root(self) -> str:
        """The ts of the thread that it belongs to or would begin."""
        return self.thread_ts or self.ts

    def as_json(self, team: str, *, with_metadata: bool = True) -> Json:
        answer: Json = {"type": "message", "user": self.user, "text": self.text or self.shown, "ts": self.ts}
        answer["team"] = self.user_team or team
        if self.bot_id is None:
            answer["user_team"] = self.user_team or team
        if not self.user:
            del answer["user"]
        optional = {"bot_id": self.bot_id, "app_id": self.app_id, "username": self.username}
        optional |= {"thread_ts": self.thread_ts, "subtype": self.subtype}
        optional |= {"client_msg_id": self.client_msg_id, "metadata": self.metadata if with_metadata else None}
        answer |= {name: value for name, value in optional.items() if value}
        blocks = ([{"type": "markdown", "text": self.markdown}] if self.markdown else []) + self.blocks
        lists = {"blocks": blocks, "attachments": self.attachments, "files": [file.in_message() for file in self.files]}
        lists["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
        ]
        return answer | {name: value for name, value in lists.items() if value}


@dataclass(frozen=True, slots=True)
class Sight:
    """One change that a person saw, and when (monotonic seconds)."""

    at: float
    channel: str
    root: str
    ts: str
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """A status line ("<app> is thinking…") or session state that was set; "" cleared it."""

    at: float
    channel: str
    thread_ts: str
    text: str
    loading_messages: tuple[str, ...] = ()
