"""The errors of Wanjie: one class for each way to react.

    WanjieError
    ├── KeyRejectedError        the owner of the service must check the key
    ├── ModelNotFoundError      choose another model; the catalogue is out of date
    ├── TooManyRequestsError    wait `retry_after` seconds
    ├── BadRequestError         this request can never work
    │   ├── RefusedContentError     ... say it differently
    │   ├── UnsupportedVoiceError   ... choose another voice
    │   ├── SystemRoleError         ... put the instructions into the question
    │   └── ContextTooLongError     ... send less, or begin a new conversation
    ├── ServerFaultError        Wanjie's own failure: try again later
    ├── OverloadedError         this service reads too much at once: try again later
    ├── UnreachableError        no connection: try again later
    │   └── TooSlowError            ... or choose a faster model
    ├── StreamBrokenError       the answer broke off: what was received is all there is
    ├── UnreadableAnswerError   not the Open API: check the base URL, or a gateway in between
    ├── DownloadError           the file behind a link cannot be downloaded
    │   ├── UnsafeAddressError      ... and must not be: the link leads to a private address
    │   └── DownloadTooLargeError   ... because it is too large
    └── ModelNameError          the name that a person typed
        ├── UnknownModelError       ... offer `suggestions`
        └── AmbiguousModelError     ... offer `candidates`

No message and no attribute ever holds the key.
"""

from __future__ import annotations


class WanjieError(Exception):
    """A call to Wanjie returned no usable answer.

    `status` is the HTTP status, None when there was none; `code` and `request_id` come from the platform, "" when it
    sent none. `excerpt` is the beginning of the response, for the log only: it may quote the conversation.
    """

    retry_after: float | None = None
    """Seconds after which Wanjie may be asked again; None when it named none."""

    def __init__(
        self, message: str = "", *, status: int | None = None, code: str = "", request_id: str = "", excerpt: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.excerpt = excerpt


class KeyRejectedError(WanjieError):
    """The key is missing, wrong, revoked or may not do this."""


class QuotaExhaustedError(KeyRejectedError):
    """The account of the key has no balance or quota left."""


class ModelNotFoundError(WanjieError):
    """The model does not exist, or the key may not use it."""


class TooManyRequestsError(WanjieError):
    """A rate limit was reached; wait `retry_after` seconds."""


class BadRequestError(WanjieError):
    """Wanjie cannot process this request; a retry does not help."""


class RefusedContentError(BadRequestError):
    """The platform or the model rejected the content."""


class UnsupportedVoiceError(BadRequestError):
    """The speech model does not know the voice."""


class SystemRoleError(BadRequestError):
    """The model does not accept messages of the role system."""


class ContextTooLongError(BadRequestError):
    """The request is larger than the model, or a gateway before it, accepts."""


class ServerFaultError(WanjieError):
    """Wanjie, or a gateway before it, failed."""


class OverloadedError(WanjieError):
    """The answers that this process reads at once are too large; this one waited long enough."""


class UnreachableError(WanjieError):
    """There was no connection, or it was lost before the answer began."""


class TooSlowError(UnreachableError):
    """The request was sent, but no response came in time."""


class StreamBrokenError(WanjieError):
    """A streamed answer stopped before its end."""


class UnreadableAnswerError(WanjieError):
    """A response arrived, but it does not have the form of the Open API."""


class DownloadError(WanjieError):
    """The file behind a link does not exist or cannot be downloaded."""


class UnsafeAddressError(DownloadError):
    """A link, or a redirect, is not https or leads to an address that is not public; nothing was sent there."""


class DownloadTooLargeError(DownloadError):
    """The file is larger than the caller can use."""


class ModelNameError(WanjieError):
    """`text` does not name one model."""

    def __init__(self, message: str, *, text: str) -> None:
        super().__init__(message)
        self.text = text


class UnknownModelError(ModelNameError):
    """No model has this name; `suggestions` are the most similar ids, best first, possibly none."""

    def __init__(self, text: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__("no model has this name", text=text)
        self.suggestions = suggestions


class AmbiguousModelError(ModelNameError):
    """Several models begin with this name; `candidates` are their ids."""

    def __init__(self, text: str, candidates: tuple[str, ...]) -> None:
        super().__init__("several models begin with this name", text=text)
        self.candidates = candidates
