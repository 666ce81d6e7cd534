"""Making a model's Markdown safe to show: nobody is pinged by what a model wrote, and its marks are seen."""

from __future__ import annotations

import re

from core.chat.emphasis import mended, settled

_OPENERS = ("<!channel", "<!here", "<!everyone", "<!group", "<!subteam", "<@u", "<@w", "<@b", "<#c", "<#g", "<#d")
JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, and `<` followed by it opens no mention."""
_MENTION = re.compile("<(?=" + "|".join(re.escape(opener[1:]) for opener in _OPENERS) + ")", re.IGNORECASE)
_BACKSLASH = re.compile(r"\\([!-/:-@\[-`{-~])")
"""What Markdown takes for a mark of itself, escaped."""
_NOTIFICATION = 3000
"""Characters of a plain `text` beside blocks; Slack: chat.update refuses more than 4,000."""


def stable(text: str, *, final: bool) -> str:
    """Render what may be shown of `text` now: the result for a longer text begins with the result for a shorter one.

    Slack takes Markdown as it is; only marks that Chinese text breaks are mended, and mentions (`<!channel>`, `<@U1>`,
    `<#C1>`) are made harmless. Unless `final`, an end that may turn out to open a mention, or whose marks may still be
    mended, is held back.
    """
    shown = mended(text) if final else settled(text)
    held = 0 if final else _pending(shown)
    return _MENTION.sub("<" + JOINER, shown[: len(shown) - held])


def comment(markdown: str) -> str:
    """A caption as Slack's mrkdwn, which is all that files come with; it mentions nobody."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"*\1*", markdown)
    return escaped(_BACKSLASH.sub(r"\1", bold))


def escaped(text: str) -> str:
    """Plain text in Slack's three escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def notification(text: str) -> str:
    """The short plain form of a message for notifications and screen readers, in Slack's mrkdwn escapes."""
    shown = escaped(text)
    if len(shown) <= _NOTIFICATION:
        return shown
    return re.sub("&[a-z]*$", "", shown[: _NOTIFICATION - 1]) + "…"


def _pending(text: str) -> int:
    """How many characters at the end may be the beginning of a mention."""
    tail = text[text.rfind("<") :].lower() if "<" in text[-len("<!everyone") :] else ""
    return len(tail) if any(opener.startswith(tail) for opener in _OPENERS) else 0
