"""The sentences that tell users of errors: one table that covers every error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from core import wanjie
from core.chat.port import errors
from core.chat.unexpected_errors import new_reference, traceback_places
from core.usage import LimitReachedError, ModelNotAllowedError, TooManyQuestionsError

from .limit_sentences import LIMIT_KEYS, describe_limit
from .user_error import StoppedByUserError, UserFacingError

_log = structlog.get_logger()

_KEYS: dict[type[wanjie.WanjieError], str] = {
    wanjie.KeyRejectedError: "error.key",
    wanjie.QuotaExhaustedError: "error.quota",
    wanjie.ModelNotFoundError: "error.model",
    wanjie.TooManyRequestsError: "error.busy",
    wanjie.RefusedContentError: "error.refused",
    wanjie.ContextTooLongError: "error.context",
    wanjie.BadRequestError: "error.request",
    wanjie.ServerFaultError: "error.unavailable",
    wanjie.OverloadedError: "error.overloaded",
    wanjie.UnreachableError: "error.unreachable",
    wanjie.TooSlowError: "error.slow",
    wanjie.StreamBrokenError: "error.broken",
    wanjie.UnreadableAnswerError: "error.unreadable",
    wanjie.WanjieError: "error.unavailable",
}


def error_key(error: wanjie.WanjieError) -> str:
    """Return the key of the sentence for `error`, which is the one of its nearest class."""
    return next(_KEYS[kind] for kind in type(error).__mro__ if kind in _KEYS)


_SILENT: dict[type[Exception], str] = {
    errors.RecipientGoneError: "nobody there to read the answer",
    StoppedByUserError: "stopped by the user",
}
"""Errors without a sentence, and their log entries."""
_REFUSALS: dict[type[errors.OutboxError], str] = {
    errors.NotAMemberError: "attach.absent",
    errors.VoiceForbiddenError: "attach.no_voice",
    errors.MediaForbiddenError: "attach.no_pictures",
    errors.MediaUnsupportedError: "attach.unsupported",
    errors.OutboxError: "error.unshown",
}


@dataclass(frozen=True, slots=True)
class Apology:
    """The key of a sentence that tells a user why there is no answer."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    is_policy: bool = False
    """Nothing failed: a rule of the bot forbids it."""


def choose_apology(error: Exception) -> Apology | None:
    """Log the failure of a job; return what to tell the user, None when nothing."""
    for kind, event in _SILENT.items():
        if isinstance(error, kind):
            _log.info(event, reason=error)
            return None
    if (refusal := _explain_refusal(error)) is not None:
        return refusal
    if isinstance(error, wanjie.WanjieError):
        _log.warning("model call failed", error=error, request_id=error.request_id)
        return Apology(error_key(error))
    if isinstance(error, errors.OutboxError):
        _log.warning("an answer could not be shown", error=error)
        return Apology(next(_REFUSALS[kind] for kind in type(error).__mro__ if kind in _REFUSALS))
    reference = new_reference()
    _log.error("turn failed", reference=reference, exc_info=error)
    return Apology("error.unexpected", {"reference": reference})


def _explain_refusal(error: Exception) -> Apology | None:
    """Return what to tell where nothing failed, but a rule forbids it."""
    match error:
        case UserFacingError():
            return Apology(error.key, error.values, is_policy=True)
        case LimitReachedError(reached=reached):
            _log.info("a limit is reached", subject=reached.limit.subject, period=reached.limit.period)
            return Apology(LIMIT_KEYS[reached.limit.subject], describe_limit(reached), is_policy=True)
        case ModelNotAllowedError(model=model):
            return Apology("model.closed", {"model": model}, is_policy=True)
        case TooManyQuestionsError(seconds=seconds):
            return Apology("limit.minute", {"seconds": seconds}, is_policy=True)
        case _:
            return None


def log_unreadable_event(error: Exception, platform: str) -> None:
    """Log, without its content, that an event could not be read; its sender is unknown and cannot be told."""
    _log.error(
        "an event could not be read and is skipped",
        reference=new_reference(),
        platform=platform,
        error=type(error).__name__,
        places=traceback_places(error),
    )
