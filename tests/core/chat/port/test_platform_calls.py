"""The outcomes by which calls of a platform are counted."""

from collections.abc import Callable

import pytest

from core.chat.port.errors import (
    OutboxError,
    PlatformUnreachableError,
    RateLimitedError,
    RecipientGoneError,
    UneditableError,
)
from core.chat.port.platform_calls import PlatformCalls
from core.metrics import Metrics


@pytest.mark.parametrize(
    ("make_error", "outcome"),
    [
        (lambda: RateLimitedError(1), "rate_limited"),
        (PlatformUnreachableError, "unreachable"),
        (RecipientGoneError, "refused"),
        (UneditableError, "refused"),
    ],
)
def test_a_call_is_counted_by_its_error(make_error: Callable[[], OutboxError], outcome: str) -> None:
    metrics = Metrics()
    calls = PlatformCalls(metrics, "sl")
    with calls.counting("chat.update"):
        pass
    with pytest.raises(OutboxError), calls.counting("chat.update"):
        raise make_error()

    def read(name: str) -> float | None:
        labels = {"platform": "sl", "method": "chat.update", "outcome": name}
        return metrics.registry.get_sample_value("bots_platform_calls_total", labels)

    assert (read("ok"), read(outcome)) == (1, 1)
