"""Why something is not done, for its user to hear."""

from __future__ import annotations


class UserFacingError(Exception):
    """Something cannot be done for a reason that its user should hear.

    `key` names the sentence, `values` fill its placeholders.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class StoppedByUserError(Exception):
    """The user asked to stop; whoever was asked says so."""
