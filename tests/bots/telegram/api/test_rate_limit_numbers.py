"""What the rate limits grant stays within what Telegram allows."""

from __future__ import annotations

from bots.telegram.api.rate_limit_numbers import get_draft_limits


def test_drafts_stay_within_both_windows() -> None:
    window, bucket = get_draft_limits(1)
    assert not window.is_bucket
    assert window.calls < 20
    assert window.seconds > 5
    assert bucket.is_bucket
    assert bucket.calls + 30 / bucket.seconds < 40
