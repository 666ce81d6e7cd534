"""What happens underneath: calls of the platforms and of Wanjie, processes, and what the service measures of itself."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, TypeVar

import aiohttp

from bots.sandbox.harness import ServiceHarness
from bots.sandbox.telegram.http_server import Received

from .feed import Feed
from .processes import Replicas

Json: TypeAlias = dict[str, Any]
_Call = TypeVar("_Call")
_Line: TypeAlias = tuple[float, str, str, str]
"""When a call came, its method, its outcome, and how much of the limit that it counts against is used."""
_QUIET_METHODS = frozenset({"getUpdates", "getMe", "apps.connections.open", "auth.test"})
"""Calls that go on all the time, and tell nothing."""
_COUNTED_PREFIXES = ("send", "edit")
_UNCOUNTED_METHODS = frozenset({"sendChatAction", "sendMessageDraft", "sendRichMessageDraft", "editForumTopic"})
"""Methods of Telegram that are no messages."""
_TOO_MANY_REQUESTS = 429
_KEPT_CALLS = 100
_SAMPLE = re.compile(r"^(bots_\w+?)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_METRICS_TIMEOUT = aiohttp.ClientTimeout(total=2)


class CallWatcher:
    """Publishes each new call of a platform or of Wanjie as `call`, and changes of the processes as `processes`."""

    def __init__(self, harness: ServiceHarness, replicas: Replicas, feed: Feed) -> None:
        self._harness = harness
        self._replicas = replicas
        self._feed = feed
        self._started_at = time.monotonic()
        self._seen = {"telegram": 0, "slack": 0, "wanjie": 0}
        self._processes: list[dict[str, object]] = []
        self.newest: deque[Json] = deque(maxlen=_KEPT_CALLS)
        """The newest calls, newest first."""

    def look(self) -> None:
        """Publish what is new since the last look."""
        for platform, calls in (
            ("telegram", self._list_telegram_calls()),
            ("slack", self._list_slack_calls()),
            ("wanjie", self._list_wanjie_calls()),
        ):
            for at, method, outcome, budget in calls:
                if method not in _QUIET_METHODS:
                    self._publish(platform, at, method, outcome, budget)
        processes = self._replicas.describe()
        if processes != self._processes:
            self._processes = processes
            self._feed.publish("processes", {"processes": processes})

    def _publish(self, platform: str, at: float, method: str, outcome: str, budget: str) -> None:
        seconds = round(at - self._started_at, 3)
        call = {"platform": platform, "at": seconds, "method": method, "outcome": outcome, "budget": budget}
        self.newest.appendleft(call)
        self._feed.publish("call", call)

    def _take_new(self, platform: str, calls: Sequence[_Call]) -> Iterator[_Call]:
        first = self._seen[platform]
        self._seen[platform] = len(calls)
        yield from calls[first:]

    def _list_telegram_calls(self) -> Iterator[_Line]:
        for call in self._take_new("telegram", self._harness.telegram.calls):
            limited = call.status == _TOO_MANY_REQUESTS
            outcome = "429" if limited else "ok" if call.status < 400 else str(call.status)  # noqa: PLR2004 - HTTP
            yield call.at, call.method, outcome, self._describe_chat_budget(call)

    def _describe_chat_budget(self, call: Received) -> str:
        """Tell how many messages of a Telegram chat's limit are used; "" for calls that it does not count."""
        chat = call.values.get("chat_id")
        if not call.method.startswith(_COUNTED_PREFIXES) or call.method in _UNCOUNTED_METHODS or chat is None:
            return ""
        used, limit = self._harness.telegram.get_usage(int(chat))
        return f"{used}/{limit}"

    def _list_slack_calls(self) -> Iterator[_Line]:
        slack = self._harness.slack
        for call in self._take_new("slack", slack.calls):
            used, limit = slack.get_usage(call.method, str(call.args.get("channel", "")))
            outcome = "429" if call.error == "ratelimited" else call.error or "ok"
            yield call.at, call.method, outcome, f"{used}/{limit}" if limit else ""

    def _list_wanjie_calls(self) -> Iterator[_Line]:
        for call in self._take_new("wanjie", self._harness.wanjie.requests):
            yield call.time, call.path.removeprefix("/v1"), "ok", ""


async def read_measurements(replicas: Replicas) -> Json:
    """Return what the processes measure: tokens, messages that wait, work in hand; zeros while none answers."""
    tokens = working = waiting = 0.0
    async with aiohttp.ClientSession(timeout=_METRICS_TIMEOUT) as session:
        for replica in replicas.alive:
            samples = await _fetch_samples(session, replica.port)
            tokens += sum(samples.get("bots_model_tokens_total", ()))
            working += sum(samples.get("bots_worker_slots_in_use", ()))
            waiting = max(waiting, sum(samples.get("bots_queue_messages", ())))
    return {"tokens": int(tokens), "working": int(working), "waiting": int(waiting)}


async def _fetch_samples(session: aiohttp.ClientSession, port: int) -> dict[str, list[float]]:
    try:
        async with session.get(f"http://127.0.0.1:{port}/metrics") as response:
            text = await response.text()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return {}
    samples: dict[str, list[float]] = {}
    for name, _, value in _SAMPLE.findall(text):
        samples.setdefault(name, []).append(0.0 if value == "NaN" else float(value))
    return samples
