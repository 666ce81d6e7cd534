"""What each failure of the model's service means to a user."""

from __future__ import annotations

from core import wanjie

_KEYS: dict[type[wanjie.WanjieError], str] = {
    wanjie.KeyRejectedError: "error.key",
    wanjie.QuotaExhaustedError: "error.quota",
    wanjie.ModelNotFoundError: "error.model",
    wanjie.TooManyRequestsError: "error.busy",
    wanjie.RefusedContentError: "error.refused",
    wanjie.ContextTooLongError: "error.context",
    wanjie.BadRequestError: "error.request",
    wanjie.ServerFaultError: "error.unavailable",
    wanjie.UnreachableError: "error.unreachable",
    wanjie.TooSlowError: "error.slow",
    wanjie.StreamBrokenError: "error.broken",
    wanjie.UnreadableAnswerError: "error.unreadable",
    wanjie.WanjieError: "error.unavailable",
}


def explain(error: wanjie.WanjieError) -> str:
    """The key of the sentence that tells a user about `error`: the one of its nearest class."""
    return next(_KEYS[kind] for kind in type(error).__mro__ if kind in _KEYS)
