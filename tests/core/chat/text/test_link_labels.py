# ruff: noqa: RUF001 - letters that look like others are meant
"""A link whose words are another address shows where it leads."""

from __future__ import annotations

import pytest

from bots.slack.blocks.markdown import render_markdown
from bots.telegram.rendering.markdown import render
from core.chat.text.link_labels import find_hosts, format_host, names_other_host

_EVIL = "https://evil.example/x"
DECEPTIVE = [
    "https://bank.com",
    "bank.com",
    "Visit bank.com now",
    "www.bank.com/login?a=1",
    "BANK.COM",
    "https://user@bank.com:443/",
    "**bank**.com",
    "bank\\.com",
    "bank&#46;com",
    "bank\u200b.com",
    "\u202emoc.knab\u202c bank.com",
    "ｂａｎｋ．ｃｏｍ",
    "bank。com",
    "evil.example or bank.com",
    "ftp://bank.local",
]
HONEST = [
    ("example.com", "https://example.com/a"),
    ("https://www.example.com", "https://example.com/a"),
    ("example.com", "https://docs.example.com"),
    ("docs.example.com", "https://example.com/docs"),
    ("click here", _EVIL),
    ("README.md", "https://github.com/a/b/README.md"),
    ("main.py and Node.js 1.2.3", "https://github.com/a/b"),
    ("e.g. this", _EVIL),
    ("ada@example.com", "mailto:ada@example.com"),
    ("例子", "https://例子.中国"),
]


@pytest.mark.parametrize("label", DECEPTIVE)
def test_both_platforms_show_where_a_link_leads_that_says_otherwise(label: str) -> None:
    text = f"See [{label}]({_EVIL})."
    telegram, slack = render(text), render_markdown(text, final=True)

    assert names_other_host(label, _EVIL)
    assert f"({_EVIL})" in telegram.text
    assert "text_link" not in [span.kind for span in telegram.spans]
    assert slack.endswith(f"]({_EVIL}) (evil.example).")


@pytest.mark.parametrize(("label", "url"), HONEST)
def test_other_links_stay_as_they_are(label: str, url: str) -> None:
    assert not names_other_host(label, url)
    assert render_markdown(f"[{label}]({url})", final=True).endswith(f"]({url})")


@pytest.mark.parametrize(
    "text",
    [
        "[bank.com][1]\n\n[1]: https://evil.example/x",
        "[bank.com]\n\n[bank.com]: https://evil.example/x",
        "[bank.com][]\n\n[bank.com]: https://evil.example/x",
    ],
)
def test_an_address_is_no_name_of_a_link_that_is_defined_elsewhere(text: str) -> None:
    assert "text_link" not in [span.kind for span in render(text).spans]
    assert "bank.com]\\" in render_markdown(text, final=True)


def test_a_label_that_began_on_another_line_shows_where_it_leads() -> None:
    assert render_markdown(f"[bank.com\nnow]({_EVIL})", final=True).endswith(" (evil.example)")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://аpple.com/x", "xn--pple-43d.com"),
        ("https://例子.中国/x", "例子.中国"),
        ("https://münchen.de", "münchen.de"),
        ("https://bank.com@evil.example", "evil.example"),
        ("https://[", ""),
        ("words", ""),
    ],
)
def test_letters_that_look_like_others_are_written_in_ascii(url: str, shown: str) -> None:
    assert format_host(url) == shown


def test_a_host_that_looks_like_another_is_shown_in_ascii() -> None:
    text = "[Apple](https://аpple.com/x)"

    assert render(text).text == "Apple (https://xn--pple-43d.com/x)"
    assert render_markdown(text, final=True) == text + " (xn--pple-43d.com)"


def test_a_file_is_no_host() -> None:
    assert find_hosts("setup.py v1.2 a.b.c README.md") == []


def test_words_too_long_to_be_searched_for_hosts_count_as_another() -> None:
    words = "no host " * 100

    assert f"[{words}]({_EVIL}) (evil.example)" in render_markdown(f"[{words}]({_EVIL})", final=True)
    assert f"[{words}]\\[a]" in render_markdown(f"[{words}][a]", final=True)
