"""What reaches the screen are the model's words, and they ping nobody."""

from __future__ import annotations

import pytest

from core.chat.port.home import HomeSection
from core.chat.port.menus import Menu, Option
from tests.contracts.scene import Scene, granted

_NASTY = """\
snake_case_name and __init__.py, 2*3*4 = 24, a ** b, C:\\.x
List<String> in <b>bold</b> & AT&T; <tag> <!-- no comment -->
表情 🙂👨‍👩‍👧 and 中文、日本語 e\u0301
100% | a | b ~ ^ $x$ {y} [z] #7

```python
def f(a_b: list[int]) -> None:  # *not* _marked_ <b>
    return a_b[0] * 2 * 3
```

last words."""
_MENTIONS = (
    "Ask <!channel>, <!here|now>, <!everyone>, <@U123>, <@W1|ann>, <!subteam^S1>, <#C1>, @everyone, <tg://user?id=7>"
)


async def test_text_is_kept_whatever_it_looks_like(scene: Scene) -> None:
    third = len(_NASTY) // 3
    await scene.show(_NASTY[:third], _NASTY[: 2 * third], _NASTY, final=True)
    (shown,) = scene.screen()

    assert _lines(shown) == _lines(_NASTY)


def _lines(text: str) -> list[str]:
    """The lines with words; the fences of code may be shown as a frame."""
    return [line for line in text.split("\n") if line and not line.startswith("```")]


async def test_mentions_in_an_answer_notify_nobody(scene: Scene) -> None:
    await scene.show("Ask", _MENTIONS[:30], _MENTIONS, final=True)

    assert [_visible(text) for text in scene.screen()] == [_MENTIONS]
    assert scene.case.pings() == []


_SPELLINGS = (
    "<\\!channel> \\<!channel> &lt;!channel&gt; &#60;!channel&#62; <&#33;channel> <!&#99;hannel> &lt;&#33;here&#62;",
    "<!channel|x> <!HERE> **<!here>** [<!here>](https://a.example) [a](<!here>) [<@U123>]: x <!A`<!HERE`",
    "| `a|<!here>` | <@U123> |\n|---|---|\n| `b|<!here>` | <!subteam^S1> |",
    "- ```\n<!here>\n```\n<@U123>",
    "1. ~~~\n<!here>",
    "<div>\n`<!here>`\n</div> <a b='\n`<@U123>`'>",
    "@anna /@anna @@anna [@annabel](https://a.example) **@annabel** @anna&#95;bel @&#97;nnabel \\@annabel",
    "| @annabel | `@annabel` |\n|---|---|\n| \\`@annabel\\` | https://a.example (@annabel |",
    "<tg://user?id=1001> [Ann](tg://user?id=1001) ![Ann](tg://user?id=1001) [Ann][1]\n\n[1]: tg://user?id=1001",
    "`a` " * 100 + "`@annabel`",
)


@pytest.mark.parametrize("text", _SPELLINGS)
async def test_a_mention_in_any_spelling_pings_nobody(scene: Scene, text: str) -> None:
    half = len(text) // 2
    await scene.show(text[:half], text, final=True)
    await granted(lambda: scene.outbox.send_text(text))

    assert scene.case.pings() == []


async def test_a_mention_streamed_letter_by_letter_notifies_nobody(scene: Scene) -> None:
    text = "Ask <!channel> or <@U123>."
    page = await scene.show("Ask")
    for end in range(4, len(text)):
        page = await scene.show(text[:end], page=page)

        assert scene.case.pings() == []

    await scene.show(text, page=page, final=True)

    assert [_visible(text) for text in scene.screen()] == [text]
    assert scene.case.pings() == []


async def test_a_link_to_a_user_notifies_nobody(scene: Scene) -> None:
    await scene.show("Ask [Ann](tg://user?id=1001)!", final=True)

    assert scene.case.pings() == []


@pytest.mark.needs("show_menu")
async def test_mentions_in_texts_and_menus_notify_nobody(scene: Scene) -> None:
    await granted(lambda: scene.outbox.send_text(_MENTIONS))
    await granted(lambda: scene.outbox.ask_for_reply(_MENTIONS))
    await granted(lambda: scene.outbox.show_menu(Menu("model", _MENTIONS, (Option("One", "1"),))))

    assert [_visible(text) for text in scene.screen()] == [_MENTIONS] * 3
    assert scene.case.pings() == []


@pytest.mark.needs("show_home")
async def test_what_stands_on_somebody_s_page_appears_in_no_conversation_and_notifies_nobody(scene: Scene) -> None:
    asked = scene.case.asked
    menu = Menu("model", "Choose", (Option("One", "1"),))
    await granted(lambda: scene.outbox.show_home([HomeSection("Ask", (_MENTIONS, menu))]))

    assert scene.case.asked == asked + 1
    assert scene.screen() == []
    assert scene.case.pings() == []


def _visible(text: str) -> str:
    return text.replace("\u2060", "")


@pytest.mark.needs("markdown")
@pytest.mark.parametrize(
    "text",
    [
        "COUNT(*) of COUNT(*), src/*.py and tests/*.py",
        r"$\mathbf{A}_{1} + \mathbf{B}_{2}$ and 2*3*4",
        "https://example.com/api/_v1_/users, https://example.com/~~a~~/`b`",
        "__init__.py and __main__.py, int *p, *q; int* r",
        "List<@Nullable String>, Contact @me, npm i @types/node",
    ],
)
async def test_content_that_looks_like_marks_is_shown_unchanged_at_every_step(scene: Scene, text: str) -> None:
    page = await scene.show(text[:9], text[:20], text[:31])
    await scene.show(text, page=page, final=True)

    assert scene.screen() == [text]
    assert scene.case.emphasis() == []


@pytest.mark.needs("markdown")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("5 &gt; 3 &amp;&amp; 2 &lt; 4 &mdash; &quot;x&quot; `&gt;`", '5 > 3 && 2 < 4 — "x" `&gt;`'),
        ("one<br>two<br/>\nthree", "one\ntwo\nthree"),
        (r"C:\Users\me\*.txt and \\host\share\_x_\y", r"C:\Users\me\*.txt and \\host\share\_x_\y"),
    ],
)
async def test_a_character_reference_is_shown_as_its_character(scene: Scene, text: str, shown: str) -> None:
    page = await scene.show(text[:9], text[:20], text[:31])
    await scene.show(text, page=page, final=True)
    (seen,) = scene.screen()

    assert seen.replace("`", "") == shown.replace("`", "")


async def test_code_is_shown_unchanged(scene: Scene) -> None:
    code = "    List<@Nullable T> f;\n<@button/> <@U123> @some_body\n  __x__ * 2*3*4 <b>"
    await scene.show(f"`<@button/>`:\n```java\n{code}\n```\nend", final=True)
    (shown,) = scene.screen()

    assert code in shown
    assert "<@button/>" in shown.split("\n")[0]
    assert "\u2060" not in shown
