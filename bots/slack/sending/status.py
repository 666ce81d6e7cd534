"""The line under a thread that tells what the bot is doing."""

from __future__ import annotations

from collections.abc import Mapping

from bots.slack.api.errors import UnavailableError
from bots.slack.api.features import Feature
from bots.slack.api.methods import SlackApi
from core.chat.port.outbox import Activity

SIGNS: Mapping[Activity, str] = {
    "writing": "is thinking…",
    "recording": "is recording…",
    "drawing": "is drawing…",
    "uploading": "is sending…",
    "nothing": "",
}


class Status:
    """The status of one thread, as far as one answer has set it.

    Slack takes it away with the next reply in the thread, else after 2 minutes; so it is taken back where no reply
    comes after it.
    """

    def __init__(self, api: SlackApi, feature: Feature, channel: str, thread: str) -> None:
        self._api = api
        self._feature = feature
        self._channel = channel
        self._thread = thread
        self._stands = False
        self._replies = 0

    def replied(self) -> None:
        """Slack has taken it away with a reply."""
        self._replies += 1
        self._stands = False

    async def show(self, doing: Activity) -> None:
        """Show it, or take back what may stand; raises each `OutboxError`."""
        if not self._feature.available(self._channel) or (doing == "nothing" and not self._stands):
            return
        before = self._replies
        try:
            await self._api.set_status(self._channel, self._thread, SIGNS[doing])
        except UnavailableError as error:
            self._feature.lacking(self._channel, error)
        finally:
            self._stands = doing != "nothing"  # whoever gave up waiting does not know whether it lands
        if self._replies > before:
            await self.show("nothing")  # it came after the reply that should have taken it away
