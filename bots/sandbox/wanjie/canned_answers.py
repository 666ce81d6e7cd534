# ruff: noqa: RUF001 - the punctuation of Chinese is meant
"""The default answers of the simulated models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias, cast

Messages: TypeAlias = Sequence[dict[str, Any]]

_TOKEN = re.compile(r"\s*(?:[\u3000-\u9fff\uff00-\uffef]{1,2}|[^\s\u3000-\u9fff\uff00-\uffef]+)|\s+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SPEAKER = re.compile(r"\A(?P<name>[^\s:][^:\n]{0,40}): (?P<text>.*)\Z", re.DOTALL)
_NAMES = (
    re.compile(r"\bmy name is ([A-Z][\w'-]*)"),
    re.compile(r"\b(?:call me|I am|I'm) ([A-Z][\w'-]*)"),
    re.compile(r"我(?:的名字)?(?:叫|是)\s*([\w·]{1,8})"),
)
_NAME_QUESTION = re.compile(r"what(?:'s| is) my name|who am i|我叫什么|我的名字是什么|我是谁", re.IGNORECASE)
_NOT_NAMES = re.compile(r"什么|谁")

_TRANSLATION_REQUEST = re.compile("translate.*into English", re.IGNORECASE)
_TRANSLATION = "What was described, in the words of a simulated translator"

_ENGLISH_ANSWER = """\
You asked:

> {question}

Here is what I can say, as a **simulated** model:

1. **The short answer.** It depends on what you want to reach; start with the smallest thing that could work.
2. **The longer one.** Write down what must hold at the end, build the riskiest part first, and measure before \
you polish.
3. **A pinch of code**, because every good answer has some:

```python
def answer(question: str) -> str:
    return f"Let us think about {{question!r}} together."
```

Ask me *anything else*, or use `/model` to let another model try."""

_CHINESE_ANSWER = """\
你的问题是：

> {question}

作为一个**模拟模型**，我的回答如下：

1. **简单地说**：取决于你的目标，先从最小可行的一步开始。
2. **详细地说**：先写下最终必须成立的条件，再做风险最大的部分，最后用数据验证。
3. **附上一点代码**：

```python
def answer(question: str) -> str:
    return f"我们一起想想 {{question!r}}。"
```

欢迎继续提问，也可以用 `/model` 换一个模型试试。"""


def split_tokens(text: str) -> list[str]:
    """Cut a text roughly into words, each with the blanks before it; joined, they are the text."""
    return _TOKEN.findall(text)


def count_tokens(messages: Messages) -> int:
    return sum(len(split_tokens(get_text(message))) + 3 for message in messages)


def get_text(message: dict[str, Any]) -> str:
    """The words of a message, whose content is a text or a list of parts."""
    content: object = message.get("content")
    if not isinstance(content, list):
        return content if isinstance(content, str) else ""
    parts = cast("list[dict[str, Any]]", content)
    return " ".join(str(part.get("text", "")) for part in parts if part.get("type") == "text")


def demo_answer(messages: Messages) -> str:
    """Answer the last question in its language, in Markdown; a name that was told is remembered."""
    speaker, question = _split_speaker(messages)
    chinese = _CHINESE.search(question) is not None
    if _TRANSLATION_REQUEST.search(get_text(messages[0])):
        return _TRANSLATION if chinese else question
    if _NAME_QUESTION.search(question):
        return _answer_name(_find_told_name(messages) or speaker, chinese=chinese)
    told = _find_name(question)
    greeting, answer = (
        (f"你好，**{told}**！", _CHINESE_ANSWER) if chinese else (f"Nice to meet you, **{told}**! ", _ENGLISH_ANSWER)
    )
    return (greeting if told else "") + answer.format(question=question.replace("\n", "\n> "))


def demo_reasoning(messages: Messages) -> str:
    """Think a little, aloud."""
    _, question = _split_speaker(messages)
    if _CHINESE.search(question):
        return f"\n用户问：{question[:80]}。我先理清目标，再给出一个清楚、简短的回答。\n"
    return f"\nThe user asks: {question[:80]} I should find out what matters here and then answer clearly.\n"


def demo_transcript(audio: bytes) -> str:
    """Hear something, whatever was said."""
    return f"This is a simulated transcript of {len(audio):,} bytes of sound."


def call_no_tools(messages: Messages, tools: Messages) -> list[tuple[str, str]]:
    """Use no tool."""
    del messages, tools
    return []


def make_video_progress(link: str) -> tuple[str, ...]:
    """What a video model says until its video is done, line by line."""
    steps = (f"> Progress: {percent}%\n" for percent in range(0, 101, 25))
    return ("> Queued: the video is waiting for its turn\n", *steps, f"\n[Watch the video]({link})")


def get_last_question(messages: Messages) -> str:
    """What was asked last, as it was written."""
    return next((get_text(message) for message in reversed(messages) if message.get("role") == "user"), "")


def _split_speaker(messages: Messages) -> tuple[str, str]:
    """Who asked last, "" when nobody says so, and what."""
    last = get_last_question(messages).strip()
    spoken = _SPEAKER.match(last)
    return (spoken["name"], spoken["text"].strip()) if spoken else ("", last)


def _answer_name(name: str, *, chinese: bool) -> str:
    if chinese:
        return f"你的名字是 **{name}**。" if name else "你还没有告诉我你的名字。"
    return f"Your name is **{name}**." if name else "You have not told me your name yet."


def _find_told_name(messages: Messages) -> str:
    said = [get_text(message) for message in reversed(messages) if message.get("role") == "user"]
    return next((name for text in said if (name := _find_name(text))), "")


def _find_name(text: str) -> str:
    found = (match[1] for pattern in _NAMES if (match := pattern.search(text)))
    return next((name for name in found if not _NOT_NAMES.search(name)), "")
