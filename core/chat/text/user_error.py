"""Errors whose reason the user is told."""

from __future__ import annotations


class UserFacingError(Exception):
    """Something cannot be done for a reason that the user should know.

    `key` names the sentence, `values` fill its placeholders.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class StoppedByUserError(Exception):
    """The user asked to stop; the stop command tells the user so."""
