"""The menus of models: everything can be reached, and every entry says what it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.chat.commands.model_groups_and_order import (
    TABS,
    ModelGroup,
    Tab,
    filter_by_name,
    find_similar,
    group_models,
    limit_models,
    of_kind,
    parse_kind,
)
from core.chat.commands.model_menu_pages import MenuState, active_group, find_model, list_menu, menu_options, paged_menu
from core.chat.port.menus import Menu, Option
from core.wanjie import Model

HEADINGS: dict[Tab, str] = {"chat": "Chat", "speech": "Speech", "image": "Pictures", "video": "Video"}
VALUE = 48

_plain = st.text("abcdefghijklmnopqrstuvwxyz0123456789-._/: ", min_size=1, max_size=40)
_long = st.tuples(_plain, _plain).map(("x" * 100).join)
_ids = st.one_of(
    _plain, _long, st.text(min_size=1, max_size=60), st.sampled_from(["模型" * 20, "=", "#", "/chat 1", "x\n"])
).filter(str.strip)
_models = st.lists(
    st.builds(Model, _ids, st.sampled_from([*TABS, "other"])), max_size=60, unique_by=lambda model: model.id
)


@st.composite
def stocks(draw: st.DrawFn) -> tuple[ModelGroup, ...]:
    """Shelves with at least one model, where each kind's model is one of the list or is gone."""
    models = draw(_models.filter(lambda found: any(model.kind != "other" for model in found)))

    def one_of(*kinds: str) -> str:
        return draw(st.sampled_from(["gone", *(model.id for model in models if model.kind in kinds)]))

    answering = one_of("chat", "video")
    current: dict[Tab, str | None] = {
        "chat": answering,
        "video": answering,
        "speech": one_of("speech"),
        "image": one_of("image"),
    }
    return group_models(models, HEADINGS, current)


def stock(count: int, tab: Tab = "chat", current: int = 0) -> tuple[ModelGroup, ...]:
    models = tuple(f"model-{number}" for number in range(count))
    return (ModelGroup(tab, HEADINGS[tab], models, models[current]),)


def group(tab: Tab, *models: str, current: str = "") -> ModelGroup:
    return ModelGroup(tab, HEADINGS[tab], models, current)


def page(groups: tuple[ModelGroup, ...], menu_state: MenuState) -> Menu:
    return paged_menu("Which?", groups, menu_state, everything="All")


def labels(menu: Menu) -> list[list[str]]:
    return [[option.label for option in row] for row in menu.controls]


def everything_of(menu: Menu) -> list[Option]:
    return [*menu.options, *(option for row in menu.controls for option in row)]


def behind(menu: Menu, label: str) -> MenuState:
    value = next(option.value for row in menu.controls for option in row if option.label == label)
    view = MenuState.read(value)
    assert view is not None
    return view


def turned_through(groups: tuple[ModelGroup, ...], menu: Menu) -> list[Menu]:
    """All menus that controls lead to, from one on."""
    seen: dict[Menu, None] = {}
    waiting = [menu]
    while waiting:
        now = waiting.pop()
        if now not in seen:
            seen[now] = None
            views = [MenuState.read(option.value) for row in now.controls for option in row]
            waiting += [
                page(filter_by_name(groups, view.query) if view.query else groups, view) for view in views if view
            ]
    return list(seen)


@given(stocks())
def test_every_model_can_be_reached_by_turning_pages(groups: tuple[ModelGroup, ...]) -> None:
    menus = turned_through(groups, page(groups, MenuState()))

    reached = [find_model(groups, option.value) for menu in menus for option in menu.options]
    assert sorted(found[1] for found in reached if found) == sorted(model for part in groups for model in part.models)
    assert len({menu.options for menu in menus}) == sum(-(-len(part.models) // 8) for part in groups)


@given(stocks())
def test_every_entry_and_control_is_a_value_of_its_own_that_fits(groups: tuple[ModelGroup, ...]) -> None:
    for menu in (*turned_through(groups, page(groups, MenuState())), list_menu("Which?", groups)):
        values = [option.value for option in everything_of(menu)]

        assert len(set(values)) == len(values)
        assert all(0 < len(value.encode()) <= VALUE for value in values)
        assert all(option.label.strip() and "\n" not in option.label for option in everything_of(menu))


@given(stocks())
def test_a_value_is_either_a_model_or_a_control(groups: tuple[ModelGroup, ...]) -> None:
    for menu in turned_through(groups, page(groups, MenuState())):
        assert all(find_model(groups, option.value) and not MenuState.read(option.value) for option in menu.options)
        assert all(
            not find_model(groups, option.value) and MenuState.read(option.value) for option in sum(menu.controls, ())
        )


@given(stocks())
def test_the_current_model_of_each_kind_is_marked_once(groups: tuple[ModelGroup, ...]) -> None:
    marked = [option.group for option in menu_options(groups) if option.current]
    turned = [option for menu in turned_through(groups, page(groups, MenuState())) for option in menu.options]

    expected = [part.heading for part in groups if part.current in part.models]
    assert marked == expected
    assert sorted(option.group for option in turned if option.current) == sorted(expected)


@given(stocks())
def test_a_model_group_opens_at_its_current_model(groups: tuple[ModelGroup, ...]) -> None:
    for part in groups:
        shown = page(groups, MenuState(part.tab)).options

        assert any(option.current for option in shown) == (part.current in part.models)


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (8, 1), (9, 2), (101, 13), (350, 44)], ids=str)
def test_pages_have_eight_entries(count: int, pages: int) -> None:
    groups = stock(count)
    menus = turned_through(groups, page(groups, MenuState()))

    assert len(menus) == pages
    assert all(len(menu.options) <= 8 for menu in menus)
    assert labels(page(groups, MenuState(page=1))) == ([] if pages == 1 else [["‹", f"1/{pages}", "›"]])  # noqa: RUF001 - arrows


def test_menu_pages_wrap_around() -> None:
    groups = stock(40)
    pages = [page(groups, MenuState(page=number)) for number in range(1, 6)]

    assert [behind(menu, "›").page for menu in pages] == [2, 3, 4, 5, 1]  # noqa: RUF001 - an arrow
    assert [behind(menu, "‹").page for menu in pages] == [5, 1, 2, 3, 4]  # noqa: RUF001 - an arrow


def test_only_the_current_model_is_marked_among_similar_names() -> None:
    groups = (group("chat", "gpt-4o", "gpt-4o-mini", current="gpt-4o"), group("speech", "tts-1"))

    assert [option.label for option in menu_options(groups) if option.current] == ["gpt-4o"]


def test_the_menu_opens_with_the_model_that_answers() -> None:
    groups = (
        group("chat", *(f"chat-{number}" for number in range(30)), current="chat-20"),
        group("image", "flux", current="flux"),
    )
    opening = page(groups, MenuState())

    assert [option.label for option in opening.options if option.current] == ["chat-20"]
    assert labels(opening) == [["‹", "3/4", "›"], ["Chat", "Pictures"]]  # noqa: RUF001 - arrows
    assert [option.current for option in opening.controls[1]] == [True, False]


def test_a_current_video_model_is_shown_under_its_own_heading() -> None:
    groups = (group("chat", "qwen", current="sora-2"), group("video", "veo", "sora-2", current="sora-2"))

    assert active_group(groups, None).tab == "video"
    assert [(option.label, option.group) for option in menu_options(groups) if option.current] == [("sora-2", "Video")]


def test_the_menu_opens_at_a_current_model_that_is_no_longer_listed() -> None:
    groups = (
        ModelGroup("chat", "Chat", ("kimi-k2",), "gone"),
        ModelGroup("speech", "Speech", ("CosyVoice",), "CosyVoice"),
    )

    assert active_group(groups, None).tab == "chat"
    assert active_group(groups, "speech").tab == "speech"


def test_a_missing_page_or_kind_shows_the_nearest_one() -> None:
    groups = stock(20)

    assert [option.label for option in page(groups, MenuState("chat", 99)).options] == [
        f"model-{n}" for n in range(16, 20)
    ]
    assert page(groups, MenuState("image", 1)).options == page(groups, MenuState("chat", 1)).options


@given(stocks(), st.text(max_size=30))
def test_pages_of_a_search_keep_its_query(groups: tuple[ModelGroup, ...], query: str) -> None:
    query = " ".join(query.split())
    found = filter_by_name(groups, query)
    if not (found and query):
        return
    menu = page(found, MenuState(query=query))
    views = [MenuState.read(option.value) for row in menu.controls[:-1] for option in row]

    assert all(view and view.query == query for view in views)
    assert labels(menu)[-1] == ["All"]
    assert behind(menu, "All").query == ""
    assert all(len(option.value.encode()) <= VALUE for option in everything_of(menu))


@pytest.mark.parametrize(("length", "turns"), [(36, True), (37, False)])
def test_a_search_too_long_for_a_button_shows_its_first_page(length: int, turns: bool) -> None:  # noqa: FBT001 - a parameter of the test
    query = "q" * length
    groups = (group("image", *(f"{query}{number}" for number in range(900))), group("video", query))
    menu = page(groups, MenuState("image", 99, query))

    assert (len(menu.controls) == 3) == turns
    assert labels(menu)[-1] == ["All"]
    assert all(len(option.value.encode()) <= VALUE for option in everything_of(menu))


def test_a_search_goes_through_all_its_pages_and_kinds() -> None:
    groups = (
        group("chat", *(f"Qwen/Qwen3-{n}B:free" for n in range(30)), "gpt"),
        group("image", "qwen-image", "flux"),
    )
    found = filter_by_name(groups, "qwen")
    menus = turned_through(groups, page(found, MenuState(query="qwen")))

    assert {"gpt", "flux"} <= {option.label for menu in menus for option in menu.options}  # by the way out
    assert labels(menus[0])[-2:] == [["Chat", "Pictures"], ["All"]]
    assert behind(menus[0], "›") == MenuState("chat", 2, "qwen")  # noqa: RUF001 - an arrow


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("qwen", ["Qwen/Qwen3-Coder-480B", "qwen3 next", "deepseek-r1-distill-qwen"]),
        ("QWEN coder", ["Qwen/Qwen3-Coder-480B"]),
        ("gpt4o", ["GPT-4o", "gpt_4o:mini"]),
        ("4o-mini", ["gpt_4o:mini"]),
        ("r1_distill", ["deepseek-r1-distill-qwen"]),
        ("...", []),
        ("claude", []),
    ],
)
def test_a_search_matches_every_word_in_any_spelling(query: str, ids: list[str]) -> None:
    groups = (
        group("chat", "Qwen/Qwen3-Coder-480B", "qwen3 next", "deepseek-r1-distill-qwen", "GPT-4o", "gpt_4o:mini"),
    )

    assert [model for part in filter_by_name(groups, query) for model in part.models] == ids


@pytest.mark.parametrize(
    ("text", "kind", "rest"),
    [
        ("image", "image", ""),
        ("图片", "image", ""),
        ("Image  flux schnell", "image", "flux schnell"),
        ("语音 cosy", "speech", "cosy"),
        ("voice", "speech", ""),
        ("VIDEO", "video", ""),
        ("对话", "chat", ""),
        ("imagen-4", None, "imagen-4"),
        ("", None, ""),
    ],
)
def test_a_kind_is_recognised_by_its_names(text: str, kind: Tab | None, rest: str) -> None:
    assert parse_kind(text) == (kind, rest)


def test_models_without_use_in_a_chat_are_not_offered() -> None:
    models = [Model("bge-m3", "other"), Model("qwen", "chat"), Model("qwen", "chat")]
    groups = group_models(models, HEADINGS, dict.fromkeys(TABS))

    assert [part.models for part in groups] == [("qwen",)]
    assert group_models(models[:1], HEADINGS, dict.fromkeys(TABS)) == ()


def test_a_mistyped_name_finds_similar_models() -> None:
    groups = (group("chat", "deepseek-v3", "kimi-k2"), group("image", "Flux.1-Schnell"))

    assert [model for part in find_similar(groups, "deepsek v3") for model in part.models] == ["deepseek-v3"]
    assert find_similar(groups, "") == ()


@given(stocks(), st.integers(1, 100))
def test_a_shortened_list_keeps_its_order_and_some_of_every_kind(groups: tuple[ModelGroup, ...], most: int) -> None:
    short = limit_models(groups, most)
    kept = [model for part in short for model in part.models]

    assert len(kept) == min(most, sum(len(part.models) for part in groups))
    assert [model for part in groups for model in part.models if model in kept] == kept
    if most >= len(groups):
        assert [part.tab for part in short] == [part.tab for part in groups]


@given(st.text(max_size=60))
def test_the_menu_accepts_any_value(value: str) -> None:
    view = MenuState.read(value)
    groups = stock(20)

    assert find_model(groups, value) is None
    assert view is None or len(page(groups, view).options) > 0


def test_ids_differ_where_they_are_too_long_for_an_entry() -> None:
    long = "vendor/" + "a" * 120
    groups = (group("chat", long + "-mini", long + "-maxi"),)
    first, second = list_menu("Which?", groups).options

    assert (first.label[-5:], second.label[-5:]) == ("-mini", "-maxi")
    assert first.value != second.value
    assert find_model(groups, second.value) == (groups[0], long + "-maxi")
    assert of_kind(groups, "image") == ()
