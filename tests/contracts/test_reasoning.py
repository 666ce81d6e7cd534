"""What a model thinks stands in a fold above what it says."""

from __future__ import annotations

from core.chat.port.page import Page
from tests.contracts.scene import FIRST, Scene, granted

_REASONING = "Two *stars* and a_line.\n\nThen `more`."
_ANSWER = "It is **four**."


async def _show(scene: Scene, text: str, folded: int, page: Page = FIRST, *, final: bool = False) -> Page:
    return await granted(lambda: scene.outbox.update_page(page, text, final=final, folded=folded))


def _letters(text: str) -> str:
    return "".join(text.split())


async def test_reasoning_is_shown_unchanged_in_a_fold_above_the_answer(scene: Scene) -> None:
    await _show(scene, _REASONING + _ANSWER, len(_REASONING), final=True)
    (fold,) = scene.case.persona.folds()

    assert _letters(fold) == _letters(_REASONING)
    assert [text.replace("*", "") for text in scene.screen()] == ["It is four."]
    assert len(scene.messages()) == 1


async def test_first_the_reasoning_grows_then_the_answer(scene: Scene) -> None:
    page = await _show(scene, "Two", 3)
    early = scene.case.persona.folds()
    page = await _show(scene, _REASONING, len(_REASONING), page)
    page = await _show(scene, _REASONING + "It", len(_REASONING), page)
    done = await _show(scene, _REASONING + _ANSWER, len(_REASONING), page, final=True)
    (fold,) = scene.case.persona.folds()

    assert [_letters(text) for text in early] == ["Two"]
    assert done.done
    assert _letters(fold) == _letters(_REASONING)
    assert [text.replace("*", "") for text in scene.screen()] == ["It is four."]
    assert len(scene.messages()) == 1


async def test_reasoning_alone_is_shown(scene: Scene) -> None:
    await _show(scene, _REASONING, len(_REASONING), final=True)
    (fold,) = scene.case.persona.folds()

    assert _letters(fold) == _letters(_REASONING)


async def test_mentions_in_a_fold_notify_nobody(scene: Scene) -> None:
    nasty = "Ask <!channel>, <@U123>, @everyone, [Ann](tg://user?id=7). "
    await _show(scene, nasty + nasty, len(nasty), final=True)

    assert scene.case.pings() == []


async def test_a_page_of_maximum_length_may_be_reasoning_in_part_or_whole(scene: Scene) -> None:
    limit = scene.outbox.capabilities.page_limit
    text = ("字 @abcd " * limit)[:limit].strip()
    for folded in (1, limit // 2, len(text)):
        assert (await _show(scene, text, folded, final=True)).done


async def test_another_process_can_finish_a_page_with_reasoning(scene: Scene) -> None:
    page = await _show(scene, _REASONING, len(_REASONING))
    async with scene.elsewhere() as other:
        scene.outbox = other.outbox(scene.incoming)
        adopted = Page(start=0, message_id=page.message_id, mode=page.mode, shown=page.shown, adopted=True)
        await _show(scene, "Hm." + _ANSWER, 3, adopted, final=True)
    (fold,) = scene.case.persona.folds()

    assert _letters(fold) == "Hm."
    assert [text.replace("*", "") for text in scene.screen()] == ["It is four."]
