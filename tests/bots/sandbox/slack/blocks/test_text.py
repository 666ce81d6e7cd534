"""What people type and what they read in the simulated Slack."""

import html

from hypothesis import given
from hypothesis import strategies as st

from bots.sandbox.slack.blocks.text import as_mrkdwn, as_rich_text, visible_text


@given(st.text())
def test_typed_text_comes_back_from_its_rich_text(typed: str) -> None:
    assert visible_text(as_rich_text(typed)) == typed


@given(st.text(alphabet="ab <>&@U1"))
def test_escaping_loses_nothing(typed: str) -> None:
    assert html.unescape(as_mrkdwn(typed)) == typed


def test_mentions_and_links_are_not_escaped() -> None:
    assert as_mrkdwn("<@U1> 1 < 2 & <https://a.b|c>") == "<@U1> 1 &lt; 2 &amp; <https://a.b|c>"


def test_blocks_read_as_paragraphs_without_their_buttons() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Title"}},
        {"type": "markdown", "text": "**bold**"},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "a"}, {"type": "mrkdwn", "text": "b"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Again"}}]},
        {"type": "image", "alt_text": "a cat", "image_url": "http://x"},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "1"}, {"type": "raw_text", "text": "2"}]]},
    ]

    assert visible_text(blocks) == "Title\n\n**bold**\n\nab\n\n[a cat]\n\n1 | 2\n"


def test_rendered_markdown_hides_escaping_backslashes_and_address_brackets() -> None:
    written = "COUNT(\\*) \\<b> \\\\(x\\\\) <https://e.org/_a_> `\\* <https://e.org>` **bold**"
    block = {"type": "markdown", "text": written}

    assert visible_text([block]) == "COUNT(*) <b> \\(x\\) https://e.org/_a_ `\\* <https://e.org>` **bold**"
