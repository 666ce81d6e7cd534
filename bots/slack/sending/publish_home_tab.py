"""Show the Home tab of one person."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bots.slack.api.home_tab_api import HomeTabApi
from bots.slack.blocks.home_view import home_view
from core.chat.port.errors import ContentRejectedError
from core.chat.port.home import HomeSection

_log = structlog.get_logger()


async def publish_home(
    api: HomeTabApi, user: str, channel: str, sections: Sequence[HomeSection], signature: str
) -> None:
    """Publish the tab of `user`, whose direct message is `channel`; without its menus if Slack refuses those.

    Raises what `HomeTabApi` does.
    """
    try:
        await api.publish(user, home_view(sections, channel, signature))
    except ContentRejectedError as error:
        _log.warning("Slack refused a Home tab, it is shown without menus", error=error)
        await api.publish(user, home_view(sections, channel, signature, menus=False))
