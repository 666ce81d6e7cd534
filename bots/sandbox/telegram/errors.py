"""Errors with which the Bot API refuses a call."""

from collections.abc import Mapping


class ApiError(Exception):
    """A refusal with the code, the sentence and the parameters the real server would send."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})


class DepartureError(ApiError):
    """A refusal of what departs from the published description, or what the simulator does not support.

    It is listed in `TelegramSim.violations`.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(400, f"Bad Request: {problem}")


def bad_request(reason: str) -> ApiError:
    """Return a 400; constants stay as they are, prose starts with a small letter as the server's own errors do."""
    constant = reason[1:2] == "_" or reason[1:2].isupper()
    return ApiError(400, f"Bad Request: {reason if constant else reason[:1].lower() + reason[1:]}")


def forbidden(reason: str) -> ApiError:
    """Return a 403."""
    return ApiError(403, f"Forbidden: {reason}")


def too_many_requests(seconds: int) -> ApiError:
    """Return a 429 that names the *seconds* to wait (https://core.telegram.org/bots/api#responseparameters)."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
