"""The status line of a thread, which shows the bot's activity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bots.slack.api.errors import MethodUnavailableError
from bots.slack.api.methods import SlackApi
from bots.slack.api.missing_features import Feature
from core.chat.port.outbox import Activity

from .status_texts import STATUS_TEXTS


class ThreadStatus:
    """The status of one thread, as one answer has set it.

    Slack clears it with the next reply in the thread, else after 2 minutes; so it is cleared explicitly if no reply
    follows.
    """

    def __init__(
        self, api: SlackApi, feature: Feature, channel: str, thread: str, loading: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """`loading` returns what Slack shows in turn while the model thinks."""
        self._api = api
        self._feature = feature
        self._channel = channel
        self._thread = thread
        self._loading = loading
        self._is_shown = False
        self._replies = 0

    def mark_replied(self) -> None:
        """Record a reply, with which Slack clears the status."""
        self._replies += 1
        self._is_shown = False

    async def show(self, activity: Activity) -> None:
        """Set the status, or clear it for "nothing"; raises each `OutboxError`."""
        if not self._feature.is_available(self._channel) or (activity == "nothing" and not self._is_shown):
            return
        before = self._replies
        try:
            loading = self._loading() if activity == "writing" else ()
            await self._api.set_status(self._channel, self._thread, STATUS_TEXTS[activity], loading)
        except MethodUnavailableError as error:
            self._feature.record_unavailable(self._channel, error)
        finally:
            self._is_shown = activity != "nothing"  # after a timeout it may still be set
        if self._replies > before:
            await self.show("nothing")  # the reply came first and did not clear it
