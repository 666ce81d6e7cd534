"""The Home tab that the app has for each person of one workspace."""

# pyright: reportUnknownMemberType=false
# slack_sdk leaves its keyword arguments untyped.

from __future__ import annotations

from typing import Any

from .call import ApiCaller
from .rate_limit_numbers import PUBLISH_VIEW, get_home_limit


class HomeTabApi:
    """Publishes the tab; raises the errors of `SlackApi`."""

    def __init__(self, caller: ApiCaller) -> None:
        self._call = caller
        self._client = caller.client

    async def publish(self, user: str, view: dict[str, Any]) -> None:
        """Show a view on the tab of `user`. Slack: views.publish.

        It goes without a `hash`, so that there is no conflict: each view shows what holds now, and those of one person
        are published one after the other.
        """
        await self._call(
            lambda: self._client.views_publish(user_id=user, view=view), PUBLISH_VIEW, get_home_limit(user), person=user
        )
