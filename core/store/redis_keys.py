"""The names of a chat's keys in Redis.

The braces are Redis Cluster's hash tag: all keys of a chat share a slot, so one script may touch them together.
"""

MEMORY_SEPARATOR = "~"
"""Stands between the name of a conversation and that of a history which only a part of its people, or of its messages,
has. No name of a chat has it."""


def history_key(chat: str) -> str:
    """List of messages, oldest first."""
    return f"h:{{{chat}}}"


def last_append_key(chat: str) -> str:
    """The uid of the exchange that was appended last."""
    return f"u:{{{chat}}}"


def preferences_key(chat: str) -> str:
    """Hash of the chat's preferences."""
    return f"p:{{{chat}}}"


def unanswered_key(chat: str) -> str:
    """The last question, while it has no answer."""
    return f"uq:{{{chat}}}"


def joined_thread_key(chat: str) -> str:
    """Whether the bot takes part in a thread; absent where it was never called, or has not been for long."""
    return f"e:{{{chat}}}"


def shown_answers_key(chat: str) -> str:
    """Hash of the answers that have buttons, by their uids."""
    return f"sa:{{{chat}}}"


def answer_files_key(chat: str, uid: str) -> str:
    """List of the files of an answer that are not posted yet."""
    return f"af:{{{chat}}}:{uid}"


def observed_key(chat: str) -> str:
    """Sorted set of the messages that were not for the bot, by the time when they were sent."""
    return f"ob:{{{chat}}}"


def begins_with_reasoning_key(model: str) -> str:
    """Present while a model's answers are known to begin with thinking that no tag opens."""
    return f"m:{{{model}}}:begins_thinking"


def no_system_role_key(model: str) -> str:
    """Present while a model is known to refuse the role system."""
    return f"m:{{{model}}}:no_system"


def note_key(chat: str, name: str) -> str:
    """A text that some part of the program keeps for a while."""
    return f"n:{{{chat}}}:{name}"
