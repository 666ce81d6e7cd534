"""Answers as models write them, which grow as they do, on both platforms."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bots.sandbox.telegram.text.entity import Entity
from bots.sandbox.telegram.text.text_with_entities import Formatted, stored
from bots.slack.blocks.markdown import render_markdown
from bots.telegram.rendering.markdown import render
from core.chat.delivery.answer_buffer import AnswerBuffer
from core.chat.delivery.answer_text import TextChunk
from core.chat.delivery.page_text import PageText
from core.chat.port.page import Page
from core.chat.text.page_breaks import find_page_end, measure_page

ANSWERS = (Path(__file__).parent / "answers.md").read_text(encoding="utf-8").split("\n%%\n")
LETTERS = re.compile(r"[^\W_]+")


def steps_of(text: str, limit: int, seed: int) -> list[list[str]]:
    """What each page of an answer that comes in pieces is to show, step by step; the last of them is final."""
    chance, growing, page, position = random.Random(seed), AnswerBuffer(), Page(start=0), 0  # noqa: S311 - no secret
    shown, pages = PageText(growing), [list[str]()]
    while position < len(text):
        size = chance.choice([1, 2, 3, 5, 8, 20, 60])
        growing.add(TextChunk(text[position : position + size]))
        position += size
        while (
            end := find_page_end(
                growing.current.text, space := measure_page(growing.current.text, page.start, limit, page.opening)
            )
        ) is not None:
            begun = shown.find_begun_spans(page, end, space.stop)
            following = Page(start=end, opening=shown.find_next_opening(page, end, space.stop, begun))
            pages[-1].append(shown.cut_body(replace(page, end=end), following))
            pages.append([])
            page = following
        body = shown.cut_body(page, None, measure_page(growing.current.text, page.start, limit, page.opening).sure)
        if body.strip() and (not pages[-1] or len(body) > len(pages[-1][-1])):
            pages[-1].append(body)
    pages[-1].append(shown.cut_body(page, None))
    return pages


@pytest.mark.parametrize("limit", [8_000, 400])
def test_streamed_text_in_slack_only_grows(limit: int) -> None:
    for number, answer in enumerate([*ANSWERS, "\n\n".join(ANSWERS)]):
        for *steps, last in steps_of(answer, limit, number):
            shown = [*(render_markdown(step, final=False) for step in steps), render_markdown(last, final=True)]

            assert all(later.startswith(earlier) for earlier, later in pairwise(shown)), answer


def test_telegram_accepts_every_step_with_all_words() -> None:
    for number, answer in enumerate(ANSWERS):
        *steps, last = (step for page in steps_of(answer, 3_500, number) for step in page)
        for step in [*steps[-5:], last]:
            shown = render(step)
            spans = [Entity(one.kind, one.offset, one.length, one.url or one.language) for one in shown.spans]

            assert stored(Formatted(shown.text, tuple(spans))).text == shown.text.replace("\t", " ")
        if not re.search(r"[|\]&]|```|~~~|<br|</", answer):
            assert "".join(LETTERS.findall(render(last).text)) == "".join(LETTERS.findall(answer))
