"""Any page that the core makes is a Home tab that Slack takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bots.sandbox.slack.view_validation import check_view
from bots.slack.blocks.home_view import home_view
from core.chat.port.home import HomeSection
from core.chat.port.menus import Menu, Option

_texts = st.text(alphabet=st.sampled_from("ab <!@U#\n\t字😀*`\\&-"), max_size=80)


@st.composite
def _draw_menu(draw: st.DrawFn) -> Menu:
    names = draw(st.lists(_texts, max_size=8)) * draw(st.integers(1, 17))
    options = tuple(Option(name, f"v{number}", current=number == 1) for number, name in enumerate(names))
    return Menu("model", draw(_texts), options, (options[:5],))


@st.composite
def _draw_section(draw: st.DrawFn) -> HomeSection:
    texts = [draw(_texts) * draw(st.integers(1, 200)) for _ in range(draw(st.integers(0, 20)))]
    return HomeSection(draw(_texts), (*texts, *draw(st.lists(_draw_menu(), max_size=5))))


@given(st.lists(_draw_section(), max_size=6), st.booleans())
def test_slack_takes_every_view(sections: list[HomeSection], menus: bool) -> None:  # noqa: FBT001 - drawn
    view = home_view(sections, "D1", menus=menus)
    check_view(view, "home")

    texts = [block["text"] for block in view["blocks"] if block["type"] == "section"]
    assert not any("<" in text["text"] for text in texts)  # so it mentions nobody
    assert all(text["verbatim"] for text in texts)
    assert view["private_metadata"] == "D1"
    assert menus or not any(block["type"] == "actions" for block in view["blocks"])


def test_a_section_has_its_heading_its_text_and_its_menu() -> None:
    menu = Menu("reasoning", "How *much*?\n- **Off**", (Option("Off", "off", current=True), Option("Full", "full")))
    view = home_view([HomeSection("", ("Hi <!channel> \\*you\\*",)), HomeSection("Settings", (menu,))], "D1")
    shown = [block.get("text", {}).get("text") or block["type"] for block in view["blocks"]]

    assert shown == ["Hi &lt;!channel&gt; *you*", "divider", "Settings", "How *much*?\n• *Off*", "actions"]
    assert [button["value"] for button in view["blocks"][-1]["elements"]] == ["off", "full"]


def test_long_texts_are_split_between_lines() -> None:
    view = home_view([HomeSection("", ("\n".join(["x" * 70] * 100),))], "D1")
    pieces = [block["text"]["text"] for block in view["blocks"]]

    assert "".join(pieces).split() == ["x" * 70] * 100
    assert [len(piece) % 71 for piece in pieces[:-1]] == [0, 0]
