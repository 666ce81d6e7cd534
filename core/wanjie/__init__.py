"""The Wanjie Ark Open API: models, chat, speech, transcription and images over HTTP."""

from .client import WanjieClient
from .errors import (
    AmbiguousModelError,
    BadRequestError,
    ContextTooLongError,
    DownloadError,
    DownloadTooLargeError,
    KeyRejectedError,
    ModelNameError,
    ModelNotFoundError,
    OverloadedError,
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
from .image_responses import ImageData, ImageLink, ImageResult
from .models.catalog import Catalog, Model
from .models.detect_kind import ModelKind, ModelKinds
from .models.detect_vision_and_tools import ModelFeatures
from .models.documented_voices import list_known_voices
from .models.id_glob import matches_pattern
from .models.similar_names import find_similar_names
from .reading_pace import ReadingPace
from .requests import ChatMessage, ChatRequest, ImageRequest, SpeechRequest, TranscriptionRequest
from .responses import Completion, Correction, Delta, Finish, ImageDelta, ReasoningDelta, TextDelta, Transcript, Usage
from .retry_policy import Attempts, Backoff
from .streaming.tool_calls import Tool, ToolCall

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
    "DownloadTooLargeError",
    "Finish",
    "ImageData",
    "ImageDelta",
    "ImageLink",
    "ImageRequest",
    "ImageResult",
    "KeyRejectedError",
    "Model",
    "ModelFeatures",
    "ModelKind",
    "ModelKinds",
    "ModelNameError",
    "ModelNotFoundError",
    "OverloadedError",
    "QuotaExhaustedError",
    "ReadingPace",
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
    "Transcript",
    "TranscriptionRequest",
    "UnknownModelError",
    "UnreachableError",
    "UnreadableAnswerError",
    "UnsafeAddressError",
    "UnsupportedVoiceError",
    "Usage",
    "WanjieClient",
    "WanjieError",
    "find_similar_names",
    "list_known_voices",
    "matches_pattern",
]
