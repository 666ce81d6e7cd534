"""What can go wrong with Wanjie: one class for each thing that one can do about it.

    WanjieError
    ├── KeyRejectedError        the owner of the service must look after the key
    │   └── QuotaExhaustedError     ... by topping it up
    ├── ModelNotFoundError      choose another model; the catalogue is out of date
    ├── TooManyRequestsError    wait `retry_after` seconds
    ├── BadRequestError         this request can never work
    │   ├── RefusedContentError     ... say it differently
    │   ├── UnsupportedVoiceError   ... choose another voice
    │   ├── SystemRoleError         ... put the instructions into the question
    │   └── ContextTooLongError     ... send less, or begin a new conversation
    ├── ServerFaultError        Wanjie's own failure: try again later
    ├── UnreachableError        no connection: try again later
    │   └── TooSlowError            ... or choose a faster model
    ├── StreamBrokenError       the answer broke off: what was received is all there is
    ├── UnreadableAnswerError   not the Open API: check the base URL, or what stands in between
    ├── DownloadError           the file behind a link cannot be had
    │   ├── UnsafeAddressError      ... and nobody should try: the link leads to a private place
    │   └── OversizeError           ... because it is too large
    └── ModelNameError          the name that a person typed
        ├── UnknownModelError       ... offer `suggestions`
        └── AmbiguousModelError     ... offer `candidates`

No message and no attribute ever holds the key.
"""

from __future__ import annotations


class WanjieError(Exception):
    """A call to Wanjie had no usable answer.

    `status` is the HTTP status, None when there was none; `code` and `request_id` are the platform's own words, "" when
    it gave none. `excerpt` is the beginning of what it answered, for the log alone: it may quote the conversation.
    """

    retry_after: float | None = None
    """After so many seconds does Wanjie want to be asked again; None when it did not say."""

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
    """The account behind the key has nothing left to spend."""


class ModelNotFoundError(WanjieError):
    """No such model, or this key may not use it."""


class TooManyRequestsError(WanjieError):
    """Wanjie asks for patience: `retry_after` seconds of it."""


class BadRequestError(WanjieError):
    """Wanjie cannot do this; asking the same again will not help."""


class RefusedContentError(BadRequestError):
    """The platform or the model finds the content unfit."""


class UnsupportedVoiceError(BadRequestError):
    """The speech model does not know the voice."""


class SystemRoleError(BadRequestError):
    """The model takes no messages of the role system."""


class ContextTooLongError(BadRequestError):
    """More than the model, or a gateway before it, can take at once."""


class ServerFaultError(WanjieError):
    """Wanjie, or a gateway before it, failed."""


class UnreachableError(WanjieError):
    """There was no connection, or it was lost before the answer began."""


class TooSlowError(UnreachableError):
    """The question was delivered but nothing came back in time."""


class StreamBrokenError(WanjieError):
    """A streamed answer stopped without having come to its end."""


class UnreadableAnswerError(WanjieError):
    """An answer arrived, but it is not what the Open API would say."""


class DownloadError(WanjieError):
    """There is no file behind a link, or none that may be had."""


class UnsafeAddressError(DownloadError):
    """A link, or what it redirects to, is not https or leads to a place that is not public; nothing was sent there."""


class DownloadTooLargeError(DownloadError):
    """The file is larger than the caller can use."""


class ModelNameError(WanjieError):
    """`text` does not name one model."""

    def __init__(self, message: str, *, text: str) -> None:
        super().__init__(message)
        self.text = text


class UnknownModelError(ModelNameError):
    """No model has this name; `suggestions` are the ids that look most like it, best first, possibly none."""

    def __init__(self, text: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__("no model has this name", text=text)
        self.suggestions = suggestions


class AmbiguousModelError(ModelNameError):
    """Several models begin with this name; `candidates` are their ids."""

    def __init__(self, text: str, candidates: tuple[str, ...]) -> None:
        super().__init__("several models begin with this name", text=text)
        self.candidates = candidates
