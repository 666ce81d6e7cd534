"""Describe errors for the log: their classes and places, and of their texts only what nobody can have written."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import cast

from .error_words import keep_error_words

_MAX_FRAMES, _MAX_ERRORS = 30, 10


def describe_error(error: BaseException) -> str:
    """Return the class of an error and the known words of its text.

    Python's own errors show what they were raised about (`KeyError: 'what somebody wrote'`): of those, the class alone.
    """
    name = type(error).__name__
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {errno.errorcode.get(error.errno, '')}"
    said = "" if type(error).__module__ == "builtins" else keep_error_words(str(error))
    return f"{name}: {said}" if said else name


def format_traceback(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """Return the places where an error and its causes were raised, and what they are; the causes come first."""
    errors = list(_list_causes(exc_info[1]))[:_MAX_ERRORS]
    return "\n".join(_format_one(error) for error in reversed(errors))


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from or while handling, and the errors of a group."""
    seen, waiting = set[int](), [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        cause = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [cause] if cause is not None else []
        waiting += cast("BaseExceptionGroup[BaseException]", one).exceptions if _is_group(one) else []


def _is_group(error: BaseException) -> bool:
    return isinstance(error, BaseExceptionGroup)


def _format_one(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__, -_MAX_FRAMES)) + describe_error(error)
