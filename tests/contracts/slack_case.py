"""A direct message and a channel's thread in Slack."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr
from pyromark import Markdown, Options

from bots.running_platform import PlatformContext
from bots.sandbox.slack.data_types import Channel, StreamState
from bots.sandbox.slack.persona import SlackPersona
from bots.sandbox.slack.pings import pings
from bots.sandbox.slack.simulator import SlackSim
from bots.sandbox.slack.user_actions import SlackUser
from bots.slack.platform import SlackPlatform
from bots.slack.settings import SlackSettings
from core.chat.port.menus import Option
from tests.free_port import find_free_port

from .case import Calls, Reasons, Shared

_BOT_TOKEN, _APP_TOKEN = "xoxb-test", "xapp-test"
_IN_THE_BACKGROUND = {"auth.test", "apps.connections.open"}
_READ_LITERALLY = {"link_names", "parse"}
"""Arguments with which Slack would look for names without brackets, too."""


class SlackCase:
    """See `Case`."""

    calls = Calls(
        "chat.startStream",
        "chat.appendStream",
        "chat.stopStream",
        "chat.postMessage",
        "chat.update",
        "assistant.threads.setStatus",
        "users.info",
        voice="files.completeUploadExternal",
        picture="chat.postMessage",
        album="chat.postMessage",
    )

    reasons = Reasons(
        other_way=(
            "user_not_visible",
            "user_not_found",
            "missing_scope",
            "no_permission",
            "restricted_action_thread_locked",
            "invalid_attachments",
            "invalid_blocks",
            "block_mismatch",
            "streaming_mode_mismatch",
            "some_new_code",
        ),
        uneditable=(
            "cant_update_message",
            "edit_window_closed",
            "message_not_owned_by_app",
            "streaming_state_conflict",
        ),
        gone=("channel_not_found", "not_in_channel", "is_archived", "account_inactive"),
        limits=("message_limit_exceeded", "rate_limited"),
    )

    def __init__(self, sim: SlackSim, user: SlackUser, channel: Channel) -> None:
        self.persona = SlackPersona(sim, user, channel)
        self.direct = channel.kind == "im"
        self.sender_id = user.id
        self._sim = sim

    def platform(self, shared: Shared, *, address: str = "") -> PlatformContext:
        settings = SlackSettings(
            bot_token=SecretStr(_BOT_TOKEN), api_url=address or self._sim.api_url, **self._receiving()
        )
        return SlackPlatform(settings, shared.budgets, _nothing)

    def _receiving(self) -> dict[str, Any]:
        """The settings of how events are received: over a socket."""
        return {"app_token": SecretStr(_APP_TOKEN)}

    def flood(self, method: str, seconds: int) -> None:
        self._sim.faults.flood(method, retry_after=seconds)

    def break_down(self, method: str) -> None:
        self._sim.faults.break_down(method, status=503)

    def lose_answer(self, method: str) -> None:
        self._sim.faults.lose_answers(method)

    def refuse(self, method: str, reason: str, *, times: int = 1000) -> None:
        self._sim.faults.fail(method, reason, times=times)

    def relent(self) -> None:
        self._sim.faults.clear()

    def streaming(self) -> int:
        streams = [one.stream for one in self._sim.workspace.messages if one.stream and not one.deleted]
        return sum(stream.state is StreamState.LIVE for stream in streams)

    def enforce_limits(self) -> None:
        self._sim.limits.enabled = True

    def hurry(self) -> None:
        self._sim.socket.ack_within = 0.2

    def expel(self) -> None:
        self._sim.remove_bot(self.persona.channel)

    def forbid_reactions(self) -> None:
        self._sim.scopes.discard("reactions:write")

    def promote(self) -> None:
        self.persona.user.person.is_admin = True

    async def delete(self, message_id: str) -> None:
        found = next(one for one in self._sim.messages(self.persona.channel) if one.ts == message_id)
        await self.persona.user.delete(found)

    @property
    def asked(self) -> int:
        return len([call for call in self._sim.calls if call.method not in _IN_THE_BACKGROUND])

    @property
    def floods(self) -> int:
        return self._sim.floods.total()

    def emphasis(self) -> list[str]:
        shown = [message for message in self._sim.workspace.messages if message.bot_id][-1]
        written = "\n\n".join([shown.markdown or "", *(str(block.get("text", "")) for block in shown.blocks)])
        tags = Markdown(options=Options.ENABLE_STRIKETHROUGH).events(written)
        kinds = ({"Start": "Strong"}, {"Start": "Emphasis"}, {"Start": "Strikethrough"})
        return [str(event) for event in tags if event in kinds]

    def pings(self) -> list[str]:
        own = [message for message in self._sim.workspace.messages if message.user == self._sim.bot_user_id]
        loose = [name for call in self._sim.calls for name in call.args if name in _READ_LITERALLY]
        return [ping for message in own for ping in pings(message)] + loose


class SlackHttpCase(SlackCase):
    """The same over HTTP; each platform is a replica behind one request URL."""

    def _receiving(self) -> dict[str, Any]:
        port, http = find_free_port(), self._sim.http
        http.backends.append(f"http://127.0.0.1:{port}")
        secret = SecretStr(http.signing_secret)
        return {"mode": "http", "signing_secret": secret, "request_url": http.url, "http_port": port}


async def _nothing(*_: object) -> tuple[Option, ...]:
    return ()


@asynccontextmanager
async def slack_direct() -> AsyncGenerator[SlackCase]:
    async with _quiet_slack() as sim:
        user = sim.user("Lin")
        yield SlackCase(sim, user, sim.im(user))


@asynccontextmanager
async def slack_agent() -> AsyncGenerator[SlackCase]:
    """A chat with the bot in a workspace that shows it as an agent."""
    async with _quiet_slack() as sim:
        sim.rules.agent_sessions = True
        user = sim.user("Lin")
        yield SlackCase(sim, user, sim.im(user))


@asynccontextmanager
async def slack_thread() -> AsyncGenerator[SlackCase]:
    async with _quiet_slack() as sim:
        user = sim.user("Lin")
        yield SlackCase(sim, user, sim.channel("general", members=[user]))


@asynccontextmanager
async def slack_http() -> AsyncGenerator[SlackCase]:
    async with _quiet_slack() as sim:
        user = sim.user("Lin")
        yield SlackHttpCase(sim, user, sim.channel("general", members=[user]))


@asynccontextmanager
async def _quiet_slack() -> AsyncGenerator[SlackSim]:
    async with SlackSim(bot_token=_BOT_TOKEN, app_token=_APP_TOKEN) as sim:
        sim.limits.enabled = False
        yield sim
        assert sim.violations == []
