"""The Wanjie Ark Open API: models, chat, speech, transcription and images over HTTP."""

from .attempts import Attempts
from .catalog import Catalog, Model
from .client import WanjieClient
from .errors import (
    AmbiguousModelError,
    BadRequestError,
    ContextTooLongError,
    DownloadError,
    KeyRejectedError,
    ModelNameError,
    ModelNotFoundError,
    OversizeError,
    QuotaExhaustedError,
    RefusedContentError,
    ServerFaultError,
    StreamBrokenError,
    SystemRoleError,
    TooManyRequestsError,
    TooSlowError,
    UnknownModelError,
    UnreachableError,
    UnreadableAnswerError,
    UnsafeAddressError,
    UnsupportedVoiceError,
    WanjieError,
)
from .http import Backoff
from .kinds import Kinds, ModelKind
from .pictures import ImageData, ImageLink, ImageResult
from .request import ChatMessage, ChatRequest, ImageRequest, SpeechRequest, TranscriptionRequest
from .tools import Tool, ToolCall
from .traits import Traits
from .voices import known_voices
from .wire import (
    Completion,
    Correction,
    Delta,
    Finish,
    PictureDelta,
    ReasoningDelta,
    TextDelta,
    Usage,
)

__all__ = [
    "AmbiguousModelError",
    "Attempts",
    "Backoff",
    "BadRequestError",
    "Catalog",
    "ChatMessage",
    "ChatRequest",
    "Completion",
    "ContextTooLongError",
    "Correction",
    "Delta",
    "DownloadError",
    "Finish",
    "ImageData",
    "ImageLink",
    "ImageRequest",
    "ImageResult",
    "KeyRejectedError",
    "Kinds",
    "Model",
    "ModelKind",
    "ModelNameError",
    "ModelNotFoundError",
    "OversizeError",
    "PictureDelta",
    "QuotaExhaustedError",
    "ReasoningDelta",
    "RefusedContentError",
    "ServerFaultError",
    "SpeechRequest",
    "StreamBrokenError",
    "SystemRoleError",
    "TextDelta",
    "TooManyRequestsError",
    "TooSlowError",
    "Tool",
    "ToolCall",
    "Traits",
    "TranscriptionRequest",
    "UnknownModelError",
    "UnreachableError",
    "UnreadableAnswerError",
    "UnsafeAddressError",
    "UnsupportedVoiceError",
    "Usage",
    "WanjieClient",
    "WanjieError",
    "known_voices",
]
