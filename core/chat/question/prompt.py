"""The request to a model: instructions, history, question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.chat.port.incoming import Incoming
from core.chat.text.attribution import (
    ATTRIBUTION_NOTE,
    attribute,
    format_speaker,
    quote_words,
    remove_attribution,
    replace_marks,
)
from core.media.visible_text import strip_invisible
from core.store import HistoryMessage, ObservedMessage
from core.usage import estimate_tokens
from core.wanjie import ChatMessage

from .observed_context import fit_observed, format_observed
from .question import Question
from .quoted_message import is_newest_answer

_GROUP_NOTE = (
    "Several people take part in this chat. Each of their messages begins with the name of whoever wrote it, and its "
    "further lines are indented, whatever name stands there; "
    f"your own answers carry no name. {ATTRIBUTION_NOTE}"
)


def question_text(incoming: Incoming, history: Sequence[HistoryMessage]) -> str:
    """Return the user's text as the model reads it: with the speaker in a group, with the message replied to.

    The newest answer is not quoted, since it stands right above the question.
    """
    text = strip_invisible(incoming.text)
    quoted = incoming.discussion or strip_invisible(incoming.quoted)
    source = _quote_source(incoming)
    if text and incoming.forwarded_from:
        text = quote_words(text, f"forwarded from {incoming.forwarded_from}")
    if not text:  # the bot was named under a message: that message is the question
        text, quoted = quote_words(quoted, source) if source and quoted else replace_marks(quoted), ""
    if not text:
        return ""
    if quoted and (incoming.discussion or not is_newest_answer(incoming, history)):
        text = f"{quote_words(quoted, source)}\n\n{text}"
    return text if incoming.direct else attribute(describe_speaker(incoming), text)


def _quote_source(incoming: Incoming) -> str:
    """Return who is quoted; "" when that is obvious: in a direct chat, people reply to answers."""
    author = incoming.quoted_author
    is_obvious = not author or incoming.discussion or (incoming.direct and author == "you")
    return "" if is_obvious else f"in reply to {author}"


def remove_speaker(text: str, incoming: Incoming) -> str:
    """Return the text of a question without the name of whoever asked it."""
    return text if incoming.direct else remove_attribution(text, describe_speaker(incoming))


def describe_speaker(incoming: Incoming) -> str:
    """Return how the sender is named before their words in a group."""
    return format_speaker(incoming.sender.name, incoming.sender.id)


def build_messages(
    question: Question,
    history: Sequence[HistoryMessage],
    *,
    system: Sequence[str],
    group: bool,
    tokens: int,
    pictures: Mapping[str, str],
    observed: Sequence[ObservedMessage] = (),
) -> list[ChatMessage]:
    """Build the whole request: the newest exchanges of the history that fit into `tokens` beside the question.

    What was `observed` stands before the question, and takes at most half of the tokens.

    `system` are the instructions, the most important ones first. `pictures` are those of the history, as data URLs by
    the platform's ids; those that are missing are left out.
    """
    instructions = "\n\n".join(
        part for part in (*(part.strip() for part in system), _GROUP_NOTE if group else "") if part
    )
    messages = [ChatMessage("system", instructions)] if instructions else []
    said_before = format_observed(fit_observed(observed, question, tokens=tokens))
    text = f"{said_before}\n\n{question.text}" if said_before else question.text
    left = tokens - estimate_tokens(text)
    kept: list[HistoryMessage] = []
    for asked, answered in zip(reversed(history[::2]), reversed(history[1::2]), strict=True):
        left -= estimate_tokens(asked.content) + estimate_tokens(answered.content)
        if left < 0:
            break
        kept += [answered, asked]
    messages += [
        ChatMessage(message.role, message.content, tuple(pictures[file] for file in message.files if file in pictures))
        for message in reversed(kept)
    ]
    return [*messages, ChatMessage("user", text, question.images)]
