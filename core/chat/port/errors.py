"""How a platform says no: one class for each thing that the core can do about it."""

from __future__ import annotations


class OutboxError(Exception):
    """A platform did not do what it was asked to."""


class RateLimitedError(OutboxError):
    """Not now: our own budget or the platform asks to wait."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"wait {retry_after:.2f} s")
        self.retry_after = retry_after
        """Seconds."""


class PlatformUnreachableError(OutboxError):
    """The platform did not answer or answered with its own failure; whether the step landed is unknown."""


class RecipientGoneError(OutboxError):
    """Nobody can read it any more: the bot was blocked or removed, the chat or the message was deleted."""


class ContentRejectedError(OutboxError):
    """The platform refused this very content; the same call would be refused again."""


class UneditableError(ContentRejectedError):
    """The message stands but takes no change any more, so its text needs a new message."""


class NotAMemberError(ContentRejectedError):
    """The bot is not in that conversation, but whoever asked it something there can be told so."""


class VoiceForbiddenError(ContentRejectedError):
    """No voice notes are taken there; an audio file may do (`Voice.note`)."""


class MediaForbiddenError(ContentRejectedError):
    """This kind of media is not allowed there; an admin can change that."""


class MediaUnsupportedError(ContentRejectedError):
    """The platform can show no media of the bot's at all."""


class MissingPermissionError(ContentRejectedError):
    """The bot was not given a permission that this takes; whoever runs the bot can give it."""


class FileTooLargeError(ContentRejectedError):
    """A file has more bytes than were asked for, or than the platform hands out."""
