"""What a check of a service or setting has found, for the operator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingState(StrEnum):
    """The state of a service or setting."""

    OK = "ok"
    WARNING = "warning"
    """It works, but perhaps not as intended."""
    UNREACHABLE = "unreachable"
    """It may recover by itself."""
    FAILED = "failed"
    """It stays so until the operator acts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one service or setting in a sentence, and advice."""

    subject: str
    state: FindingState
    text: str
    advice: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether the service cannot work like this."""
        return self.state in {FindingState.UNREACHABLE, FindingState.FAILED}
