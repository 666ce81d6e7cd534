"""What is done to a line before it is written."""

from __future__ import annotations

import logging

from core.log import Redaction

SECRET = "sk-secret-key"


class Odd:
    """Shows the secret when it is printed."""

    def __repr__(self) -> str:
        return f"<{SECRET}>"


def cleaned(value: object) -> object:
    return Redaction([SECRET])(logging.getLogger(), "info", {"value": value})["value"]


def test_values_keep_their_types() -> None:
    value: dict[object, object] = {"sizes": [1, 2.5, True, None], "names": ("a", "b"), 7: {}}

    assert cleaned(value) == {"sizes": [1, 2.5, True, None], "names": ["a", "b"], "7": {}}


def test_secrets_are_redacted_at_any_depth() -> None:
    assert cleaned([f"Bearer {SECRET}", {SECRET: [Odd()]}]) == ["Bearer [secret]", {"[secret]": ["<[secret]>"]}]
