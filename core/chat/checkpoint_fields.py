"""Names of the fields in a job's checkpoint.

They are persisted: a field that is renamed is lost to the jobs that are running during an upgrade.
"""

from __future__ import annotations

from dataclasses import dataclass

QUESTION_FIELD = "question"
"""The question that was made of a message with its files; "" once more of the message has come."""
PIECES_FIELD = "pieces"
"""The events that make one message together."""
FINISH_REASON_FIELD = "reason"
"""Why the model ended, in its own word."""
TOOL_USED_FIELD = "acted"
"""Present when the model has used a tool."""
PICTURE_COUNT_FIELD = "answer_pictures"
"""How many pictures of the answer are not posted yet."""
ASKED_ADMINS_FIELD = "asked_admins"
"""The admins who have been asked about a stranger."""
ANNOUNCED_DECISION_FIELD = "announced_decision"
"""Present when those whom an admin has decided about were told."""

COST_LINE_FIELD = "cost_line"
"""The line below the answer that says what it has used, which is no part of it."""
ANNOUNCEMENT_TRIED_FIELD = "announced"
"""In how many chats an announcement was posted, or begun to be."""
ANNOUNCEMENT_REACHED_FIELD = "announced_reached"
"""In how many of them it is known to stand."""


@dataclass(frozen=True, slots=True)
class PostFields:
    """The fields of one thing that a job posts: its answer, a notice, media. The prefix sets them apart."""

    prefix: str

    @property
    def pages(self) -> str:
        """The messages, as JSON."""
        return f"{self.prefix}pages"

    @property
    def longest_text(self) -> str:
        """The longest text that any attempt brought."""
        return f"{self.prefix}best"

    @property
    def longest_reasoning_length(self) -> str:
        """How many characters of the longest text are reasoning."""
        return f"{self.prefix}best_thought"

    @property
    def final_text(self) -> str:
        """The whole text; absent until the model has ended."""
        return f"{self.prefix}text"

    @property
    def final_reasoning_length(self) -> str:
        """How many characters of the whole text are reasoning."""
        return f"{self.prefix}thought"

    @property
    def ordered_pictures(self) -> str:
        """How many pictures a model has ordered by a tool."""
        return f"{self.prefix}ordered"

    @property
    def generated_images(self) -> str:
        """Links to the pictures that were generated and are to be posted."""
        return f"{self.prefix}drawing"


ANSWER = PostFields("")
NOTICE = PostFields("said_")
QUESTION_NOTES = PostFields("notes_")
ASKED_QUESTION = PostFields("asked_")
VOICE_FAILURE_NOTICE = PostFields("unspoken_")
LOST_PICTURES_NOTICE = PostFields("pictures_lost_")
LIMIT_WARNING = PostFields("limit_")
ANSWER_PICTURES = PostFields("answer_pictures_")
VOICE_NOTE = PostFields("aloud_")
IMAGES = PostFields("drawn_")
ANNOUNCEMENT = PostFields("announcement_")
USAGE_CHART = PostFields("usage_chart_")
USAGE_TABLE = PostFields("usage_table_")
EXPORT_JSON = PostFields("export_json_")
EXPORT_MARKDOWN = PostFields("export_md_")


def get_fallback_notice_fields(work: str) -> PostFields:
    """Return the fields of the notice that another model does a kind of work."""
    return PostFields(f"fallback_{work}_")


def get_closed_notice_fields(work: str) -> PostFields:
    """Return the fields of the notice that the sender may not use the chat's model for a kind of work."""
    return PostFields(f"closed_{work}_")


def get_code_file_fields(number: int) -> PostFields:
    """Return the fields of the file `number`, counted from 1, that is made of an answer's code."""
    return PostFields(f"code{number}_")


def get_tool_fields(number: int) -> PostFields:
    """Return the fields of what the model's tool call `number`, counted from 1, posts."""
    return PostFields(f"tool{number}_")
