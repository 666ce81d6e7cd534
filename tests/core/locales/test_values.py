# ruff: noqa: RUF001 - signs of our own sentences
"""What is filled into a sentence is words, whatever it looks like."""

from __future__ import annotations

import re

import pytest
from pyromark import Markdown as Parser
from pyromark import Options

from bots.slack.blocks.markdown import render_markdown
from bots.slack.blocks.notification_text import notification_text
from bots.telegram.rendering.markdown import RenderedText, render
from core.chat.port.markdown import Markdown, escape_markdown, format_code
from core.chat.text.translations import Translations

SENTENCES = Translations()
_MENTIONS = "<!channel> <!here|x> <@U123> <#C1> <!subteam^S1>"
HOSTILE = (
    _MENTIONS,
    "[You won](https://evil.example)",
    "![x](https://evil.example/a.png)",
    "[a][b] [c]: x",
    "**bold** _it_ ~~s~~ ***b***",
    "`code` ```",
    "<b>x</b> List<T> <!-- y",
    "<\\!channel> <&#33;channel> &lt;!channel&gt;",
    "&#91;x](https://evil.example) &amp; &copy;",
    "||hidden|| a|b $x_1$ \\(y\\) \\[z\\]",
    "# head",
    "> quote",
    "- item",
    "1. item",
    "C:\\new\\*",
    "{count} {0} {name.x}",
    "@some_name_here tg://user?id=1",
    "ends with \\",
    "*",
)
DISGUISES = {
    "report\u202efdp.exe": "reportfdp.exe",
    "a\nb\r\n\n# c": "a b # c",
    "\u2066x\u2069\u200e\x00\x1b": "x",
    "\ud83dy": "y",
}
_MENTION = re.compile(r"<[!@#]\w")
_WORD = "Xyzzy"
_JOINER = "\u2060"
_OPTIONS = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH


def _fill(key: str, language: str, value: object) -> Markdown:
    values: dict[str, object] = {}
    while True:
        try:
            return SENTENCES.text(key, language, **values)
        except KeyError as missing:
            values[str(missing.args[0])] = value


def _shapes(rendered: RenderedText) -> list[str]:
    return [span.kind for span in rendered.spans]


WITH_VALUES = [
    (key, language)
    for language in SENTENCES.languages
    for key in sorted(SENTENCES.keys(language))
    if _fill(key, language, "x") != _fill(key, language, "y")
]


@pytest.mark.parametrize(("key", "language"), WITH_VALUES)
def test_no_value_of_any_sentence_formats_it(key: str, language: str) -> None:
    usual = _fill(key, language, _WORD)
    telegram, slack = render(usual), _events(usual)
    for hostile in HOSTILE:
        sentence = _fill(key, language, hostile)
        rendered = render(sentence)

        if hostile != _MENTIONS:  # names between brackets become code, which notifies nobody
            assert _shapes(rendered) == _shapes(telegram), hostile
        assert _plain(rendered.text) == _plain(telegram.text.replace(_WORD, hostile.replace("`", "'"))), hostile
        assert _events(sentence) == slack, hostile
        assert not _MENTION.search("".join(_texts(sentence))), hostile


def _plain(text: str) -> str:
    return text.replace(_JOINER, "").replace("`", "'")


def _events(sentence: str) -> list[object]:
    """What Slack's reader of Markdown sees besides words; addresses that are shown as they are do no harm."""
    found = Parser(options=_OPTIONS).events(render_markdown(sentence, final=True))
    kinds = [event if isinstance(event, str) else next(iter(event.items())) for event in found]
    return [
        kind if isinstance(kind, str) or kind[0] in {"Start", "End"} else kind[0]
        for kind in kinds
        if isinstance(kind, str) or (kind[0] != "Text" and "Link" not in str(kind[1]))
    ]


def _texts(sentence: str) -> list[str]:
    found = Parser(options=_OPTIONS).events(render_markdown(sentence, final=True))
    return [str(event["Text"]) for event in found if isinstance(event, dict) and "Text" in event]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_links_in_values_lead_where_they_say(hostile: str) -> None:
    sentence = SENTENCES.text("voice.name_set", "en", voice=hostile, where="here")
    labels: list[str] = []
    url = ""
    for event in Parser(options=_OPTIONS).events(render_markdown(sentence, final=True)):
        match event:
            case {"Start": {"Link": {"dest_url": str(found)}}}:
                url = found
            case {"Text": str(text)} if url:
                labels.append(text)
                assert text == url
            case {"End": "Link"}:
                url = ""
            case _:
                pass


@pytest.mark.parametrize(("disguised", "shown"), DISGUISES.items())
def test_a_value_stands_on_one_line_and_hides_nothing(disguised: str, shown: str) -> None:
    for key, name in (("voice.name_set", "voice"), ("model.chosen_chat", "model")):
        values = {name: disguised, "where": "here"}

        assert (
            render(SENTENCES.text(key, "en", **values)).text
            == render(SENTENCES.text(key, "en", **values | {name: shown})).text
        )
    assert SENTENCES.plain_text("voice.speed", "en", speed=disguised) == f"{shown}×"


def test_sentences_in_sentences_stay_what_they_are() -> None:
    now = Markdown("\n").join([SENTENCES.text("model.now", "en", kind="Chat", model="m*1*"), "**typed**"])

    assert SENTENCES.text("model.title_all", "en", where="here", now=now).endswith(
        "\n- Chat: `m*1*`\n&#42;&#42;typed&#42;&#42;"
    )


def test_what_only_shows_plain_text_gets_no_entities() -> None:
    assert SENTENCES.plain_text("voice.name_unknown", "en", model="a", voice="[b](c)", offered="d_e") == (
        "`a` doesn't have the voice “[b](c)”, so nothing has changed. Voices that should work: d_e."
    )


def test_a_system_prompt_keeps_its_lines() -> None:
    prompt = "You are [strict](https://e.example).\n\n    # Never\n- say\n1. <!channel>\n===\n> q"
    sentence = SENTENCES.text("system.now", "en", text=escape_markdown(prompt))

    assert prompt.replace("    ", "\u00a0" * 4) in render(sentence).text.replace(_JOINER, "")
    assert _shapes(render(sentence)) == ["code", "code"]


def test_a_notification_shows_a_value_as_it_is() -> None:
    sentence = SENTENCES.text("voice.name_set", "en", voice="[b](c) <!here>", where="here")

    assert notification_text(sentence) == "The voice here is now “[b](c) ‹!here›”. /speak lets you hear it."


@pytest.mark.parametrize(("name", "code"), [("a`b", "`a'b`"), ("", "`…`"), ("a\nb", "`a b`"), ("\u202e", "`…`")])
def test_a_name_stays_between_its_back_ticks(name: str, code: str) -> None:
    assert format_code(name) == code
