"""Opening modals."""

# pyright: reportUnknownMemberType=false
# slack_sdk leaves its keyword arguments untyped.

from __future__ import annotations

from typing import Any

from .call import ApiCaller
from .rate_limit_numbers import OPEN_VIEW


class ViewsApi:
    """Slack's views.* methods for one workspace; the errors are those of `SlackApi`."""

    def __init__(self, caller: ApiCaller) -> None:
        self._call = caller

    async def open(self, trigger: str, view: dict[str, Any], *, user: str) -> None:
        """Open a modal for `user`, whose act made the trigger; it is valid for 3 seconds, once. Slack: views.open."""
        await self._call(lambda: self._call.client.views_open(trigger_id=trigger, view=view), OPEN_VIEW, person=user)
