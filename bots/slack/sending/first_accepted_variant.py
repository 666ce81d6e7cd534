"""Send a message in the first variant that Slack accepts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bots.slack.blocks.message_content import MessageContent
from core.chat.port.errors import ContentRejectedError, UneditableError

_log = structlog.get_logger()


class FallbackSender:
    """Sends messages in the first variant that Slack accepts, and remembers which ones were refused.

    A rate limit may delay the next variant. If the refused one were then sent again first, it would use up the room of
    the next one each time.
    """

    def __init__(self) -> None:
        self._refused: set[tuple[str, str, tuple[str, ...]]] = set()

    async def send(
        self, route: str, variants: Sequence[MessageContent], send: Callable[[MessageContent], Awaitable[object]]
    ) -> None:
        """Send by `send`, whose method of Slack is named by `route`.

        The last variant should be plain text. Raises the error of the last variant, and at once an `UneditableError`,
        which does not depend on the variant.
        """
        *better, last = variants
        for variant in better:
            key = route, variant.text, variant.block_types
            if key in self._refused:
                continue
            try:
                await send(variant)
            except UneditableError:
                raise
            except ContentRejectedError as error:
                _log.warning("Slack refused a message's blocks", reason=error, kinds=variant.block_types)
                self._refused.add(key)
            else:
                return
        await send(last)
