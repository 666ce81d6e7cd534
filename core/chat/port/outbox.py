"""The way back to one chat: what the core may ask of a platform to show."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

from .capabilities import Capabilities
from .discussion import Discussion
from .errors import ContentRejectedError, MediaUnsupportedError
from .home import HomeSection
from .markdown import escape_line
from .media import Media
from .menus import Button, Menu, ShownMessage
from .page import Page

Activity: TypeAlias = Literal["writing", "recording", "drawing", "uploading", "nothing"]
"""What the bot is busy with: words, a voice note, pictures, sending a file, or nothing any more."""


class Outbox(Protocol):
    """Shows what the core says in answer to one incoming message.

    An adapter derives from this class. It must implement the abstract methods; each of the others may be left out, and
    its default is what a platform does that cannot do it.

    Every method waits for no rate limit: it raises `RateLimitedError` at once and the caller decides whether the step
    is worth waiting for. Every method may raise each `OutboxError`.
    """

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What differs here from other platforms."""

    @abstractmethod
    async def update_page(
        self, page: Page, text: str, *, final: bool, folded: int = 0, buttons: tuple[Button, ...] = ()
    ) -> Page:
        """Make `page` show `text` (Markdown) and return what became of the page.

        The first `folded` characters are the model's reasoning: plain text that stands in a fold above the rest.
        Later texts of a page begin with the earlier ones until `final`, after which the page shows exactly `text` and
        `buttons` and is `done`; before that the buttons are there as soon as the platform can show them. An adopted
        page may show something else before this call. Showing the same twice is a success. A `final` text is refused
        only after plain text was refused, too: with an `UneditableError` where a new message may do. A platform that
        cannot change messages returns the page as it is until `final`.
        """

    def previews(self, page: Page) -> bool:
        """Whether the next step of `page` that is not `final` shows a preview of it, and leaves no message.

        Such a step returns the page as `previewed`, without a `message_id`. A preview ends by itself when nobody
        renews it, or when the page's message is posted. Default: False.
        """
        del page
        return False

    def get_step_delay(self, page: Page) -> float:
        """Return the seconds until a step of `page` that is not `final` is worth trying, as far as is known by now.

        Whoever asks has something to show, and keeps its turn among the pages that wait until then. Default: 0.0.
        """
        del page
        return 0.0

    @abstractmethod
    async def send_text(self, text: str) -> None:
        """Answer with a sentence or two of the service's own (Markdown, at most one page)."""

    @property
    def replies_ephemerally(self) -> bool:
        """Whether `send_text` goes back to the user alone, by a way that leaves nothing to be looked up."""
        return False

    async def show_menu(self, menu: Menu, *, step: bool = False) -> None:
        """Let the user choose; when the incoming message is a choice, its menu is replaced in place.

        A `step` leads on to another part of a menu: it leaves room for what people wait for, such as answers. Default:
        the options are listed, and the user types a command.
        """
        del step
        options = (f"- {escape_line(option.label)}{' ✓' if option.current else ''}" for option in menu.options)
        await self.send_text("\n".join((menu.title, "", *options)))

    async def ask_for_reply(self, text: str) -> None:
        """Ask (Markdown, at most one page) for a message that replies to this one, by a reply if there are such.

        `Incoming.quoted` of the reply is the text. Default: it is sent like any other sentence.
        """
        await self.send_text(text)

    async def set_buttons(self, shown: ShownMessage, buttons: tuple[Button, ...]) -> None:
        """Let a message that `update_page` has finished, in this job or long ago, bear these buttons and no others.

        Cosmetic: it leaves room in the rate limits for what people wait for. Default: messages bear no buttons.
        """

    async def notify_presser(self, text: str) -> None:
        """Tell something short (one plain sentence) to nobody but whoever pressed the button that is answered.

        At most once, and never worth repeating: what cannot be told is skipped silently. Releases the button. Default:
        there are no buttons.
        """

    async def sender_is_admin(self) -> bool:
        """Whether whoever sent the incoming message may decide for everybody here; True in a private conversation.

        False when the platform does not say so in time. Never raises. Default: the platform knows no admins, so
        everybody decides.
        """
        return True

    async def receives_everything(self) -> bool | None:
        """Whether the bot receives what people in this group say to each other.

        Never raises; False when the platform does not say so in time. Default: None, since people here know.
        """
        return None

    async def show_activity(self, doing: Activity = "writing") -> None:
        """Show that, and how, the answer is being worked on; "nothing" takes back a sign that would go on standing.

        Cosmetic, so what cannot be done is skipped silently. Default: nothing is shown.
        """

    async def read_discussion(self, *, newest: int) -> Discussion | None:
        """Return the newest messages with words of the thread in which the incoming message stands, before that one.

        The bot's own are among them, after a shortcut also the later ones. Never raises; None when they cannot be read
        in time. Asked for only where threads are conversations. Default: there are none.
        """
        del newest
        return Discussion()

    async def suggest_prompts(self, prompts: Sequence[str]) -> bool:
        """Offer questions to somebody who has opened the private chat; return whether they are shown.

        Never raises. Default: the platform has no place for them.
        """
        del prompts
        return False

    async def show_home(self, sections: Sequence[HomeSection], signature: str = "") -> None:
        """Show these sections on the page that the bot has for the sender, in place of what it showed.

        What is pressed there comes in as an `Incoming` with `home` and this `signature`. Default: the platform has
        no such pages.
        """

    async def set_title(self, title: str) -> None:
        """Name the conversation after what it is about, where the platform lists conversations by name.

        Cosmetic, so what cannot be done is skipped silently. Default: conversations have no names.
        """

    async def confirm_stop(self) -> None:
        """Show that a stop is done which was asked for by the platform's own means; see `Incoming.silent`.

        Never raises. Default: the platform shows it by itself.
        """

    def leave_room(self, answers: int) -> None:
        """Leave room in the rate limits of the chat for so many answers to messages that wait behind this one.

        From now on what is cosmetic (steps of a growing page, the activity) gives way to them. Default: the platform
        lets one chat have as many messages as it likes.
        """

    async def mark_as_waiting(self, *, waiting: bool) -> None:
        """Show on the incoming message that it was taken and waits for its answer, or remove that mark.

        Nobody is notified, and it counts as no message. Called where `Capabilities.waiting_marks` says so; a refusal
        is ignored. Showing or removing the mark twice is a success.
        """

    async def send_media(self, page: Page, media: Media, buttons: tuple[Button, ...] = ()) -> Page:
        """Post `media` with its caption, and return the page as `done`, with its `message_id`.

        A page that was recovered is only given what it lacks (its buttons). Waits until the file stands in the
        conversation, so that what is shown next comes after it. Pictures that the platform would not show, or not
        whole, go as files. Raises `VoiceForbiddenError` for a voice note where none are taken, `MediaForbiddenError`
        where nothing of this kind is, `NotAMemberError` where the bot is used without being there. Default: a
        `MediaUnsupportedError`, so the user is told that files cannot be shown here.
        """
        del page, media, buttons
        raise MediaUnsupportedError("the platform takes no files of the bot's")

    async def download_file(self, file: str, *, max_bytes: int) -> bytes:
        """Read a file that somebody sent here, by its `Attachment.id`, from any time in this conversation.

        Raises `FileTooLargeError` when it has more than `max_bytes` bytes, and reads no more of it then;
        `ContentRejectedError` when it cannot be read (any more). Default: no file can.
        """
        raise ContentRejectedError(f"the platform hands out no files: {file}, at most {max_bytes} bytes")

    def position_marker(self) -> str:
        """Mark what exists here by now, as far as this process knows; what is shown later is newer.

        It is stored as `Page.after` before the first step of a page, for `find_lost_message`.
        """
        return ""

    async def find_lost_message(self, page: Page) -> Page:
        """Look for what the first step of a `sending` page may have left behind, since its owner cannot tell.

        `page.media` tells whether it was a text or media. Only messages of the bot that are newer than the question and
        than `page.after` count. Return the page adopted, with its `message_id`, or as it was when there is nothing. May
        take some seconds, since it can cost several calls, and waits for them. Default: nothing is found, so a step
        whose fate is unknown is shown again.
        """
        return page

    async def delete_page(self, page: Page) -> None:
        """Delete a page that the answer turned out not to need. Default: it stays."""
