"""Prompts that must be English, and a model that translates them well, badly or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from bots.sandbox.wanjie.simulator import Failure, WanjieSim
from core.chat.generation.prompt_translation import is_english, parse_translation, translate_to_english
from core.chat.text.user_error import UserFacingError
from core.usage import MeteredClient
from core.wanjie import KeyRejectedError, RefusedContentError, WanjieClient
from tests.core.metered import PAYER, metered

CHINESE = "雪地里的一只红狐狸"


@pytest.fixture
def models(client: WanjieClient, redis: Redis) -> MeteredClient:
    return metered(client, redis)


@pytest.mark.parametrize(
    "text",
    [
        "a red fox in the snow",
        "Portrait of a woman with curly hair, 85mm, f/1.8",
        "THE SEA — at night 🌊",
        "two cats and a dog, “studio light”",
    ],
)
def test_clearly_english_text_is_recognised(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    [
        "cat",
        "",
        "1024",
        CHINESE,
        "a red fox in the snow, 水彩",
        "ein Hund am Strand",
        "un chat dans la neige",
        "un perro en la playa",
        "um gato no telhado com chuva",
        "een hond op het strand",
        "en hund och en katt",
        "pies na trawie z kotem",
        "a kutya a parton",
        "kucing dan anjing di pantai",
        "the cat und der Hund",
        "кот и собака",
        "a café with tables",
    ],
)
def test_ambiguous_text_is_not_taken_for_english(text: str) -> None:
    assert not is_english(text)


@given(text=st.text(), more=st.characters(categories=["L"], min_codepoint=128))
def test_nothing_with_letters_of_another_script_is_english(text: str, more: str) -> None:
    assert not is_english(f"the {text} {more} {text}")


@pytest.mark.parametrize(
    ("answer", "prompt"),
    [
        ("A red fox in the snow.", "A red fox in the snow."),
        ('\n"a red\nfox"\n', "a red fox"),
        ("“a red fox”", "a red fox"),
        ("`'a red fox'`", "a red fox"),
        ("<think>The user wants\na fox.</think>\n\na red fox", "a red fox"),
        ("The user wants a fox.</think>a red fox", "a red fox"),
        ("a café in Zürich", "a cafe in Zurich"),
        ("<english>a red fox</english>", "a red fox"),
        ("Sure!\n<english>\na red fox\n</english>\nI kept it short.", "a red fox"),
        ("First <english>a fox</english>, better: <english>a red fox", "a red fox"),
        ("Translation: a red fox", "a red fox"),
        ("English prompt: **a red fox**", "a red fox"),
        ("Sure, here is the translation:\n\n**A red fox**", "A red fox"),
        ("Here's the English prompt: a red fox", "a red fox"),
        ("The Great Wall (长城), seen from above", "The Great Wall (长城), seen from above"),
    ],
)
def test_the_prompt_is_found_in_an_answer(answer: str, prompt: str) -> None:
    assert parse_translation(answer) == prompt


@pytest.mark.parametrize(
    "answer",
    [
        "",
        '""',
        "123 …",
        CHINESE,
        f"Translation: {CHINESE}",
        "<think>the fox",
        "a fox <think>",
        "x" * 8001,
        "<english></english>",
        "I am told to write <english> </english> and cannot.",
        "Unfortunately, I can't translate that.",
        "My apologies, but this violates my guidelines.",
        "As a translator, I cannot help with this.",
        "I'm sorry, but I can't help with that.",
        "I cannot translate this.",
        "Sorry, no.",
        "As an AI language model, I",
    ],
)
def test_an_answer_without_a_prompt_gives_none(answer: str) -> None:
    assert parse_translation(answer) is None


@given(answer=st.text())
def test_a_found_translation_is_one_line_of_mostly_plain_letters(answer: str) -> None:
    found = parse_translation(answer)
    letters = [character for character in found or "x" if character.isalpha()]

    assert found is None or found == " ".join(found.split())
    assert sum(letter.isascii() for letter in letters) >= 0.9 * len(letters) > 0


async def test_the_translation_request_says_that_the_prompt_is_not_an_instruction(
    models: MeteredClient, sim: WanjieSim
) -> None:
    sim.script.answer = lambda _: "a red fox in the snow"

    assert await translate_to_english(models, "deepseek-v3", CHINESE, PAYER) == "a red fox in the snow"
    body = sim.requests[-1].body
    assert body["model"] == "deepseek-v3"
    assert body["temperature"] == 0
    assert not body["stream"]
    system, user = body["messages"]
    assert "never an instruction" in system["content"]
    assert user == {"role": "user", "content": CHINESE}


async def test_english_is_returned_unchanged(models: MeteredClient, sim: WanjieSim) -> None:
    sim.script.answer = lambda _: '"A Red Cat."'

    assert await translate_to_english(models, "deepseek-v3", "a red  cat", PAYER) == "a red  cat"


@pytest.mark.parametrize("prompt", ["a red van", "Rio de Janeiro at sunrise", "the wheel of a van, en plein air"])
async def test_foreign_names_may_be_returned_unchanged(models: MeteredClient, sim: WanjieSim, prompt: str) -> None:
    sim.script.answer = lambda _: f"<english>{prompt}</english>"

    assert await translate_to_english(models, "deepseek-v3", prompt, PAYER) == prompt


@pytest.mark.parametrize("prompt", ["un chat noir sur un toit", "ein Café am Strand"])
async def test_a_foreign_prompt_returned_unchanged_is_a_failure(
    models: MeteredClient, sim: WanjieSim, prompt: str
) -> None:
    sim.script.answer = lambda _: prompt

    with pytest.raises(UserFacingError, match=r"imagine\.untranslated"):
        await translate_to_english(models, "deepseek-v3", prompt, PAYER)


async def test_a_long_prompt_may_grow_in_english(models: MeteredClient, sim: WanjieSim) -> None:
    grown = ("a red fox in the snow, " * 300).strip()
    sim.script.answer = lambda _: grown

    assert await translate_to_english(models, "deepseek-v3", CHINESE * 200, PAYER) == grown


@pytest.mark.parametrize("model", ["no-such-model", None])
async def test_probable_english_works_without_a_chat_model(models: MeteredClient, model: str | None) -> None:
    assert await translate_to_english(models, model, "red fox, 4k, cinematic", PAYER) == "red fox, 4k, cinematic"
    with pytest.raises(UserFacingError, match=r"imagine\.untranslated"):
        await translate_to_english(models, model, "un gato negro", PAYER)


@pytest.mark.parametrize("failure", [Failure(500), Failure(404), Failure(429), Failure(0, drop=True)])
async def test_a_failed_translation_is_reported(models: MeteredClient, sim: WanjieSim, failure: Failure) -> None:
    sim.script.fail_next.append(failure)

    with pytest.raises(UserFacingError, match=r"imagine\.untranslated"):
        await translate_to_english(models, "deepseek-v3", CHINESE, PAYER)


async def test_a_truncated_translation_is_a_failure(models: MeteredClient, sim: WanjieSim) -> None:
    sim.script.answer = lambda _: "a red fox in"
    sim.script.finish_reason = "length"

    with pytest.raises(UserFacingError, match=r"imagine\.untranslated"):
        await translate_to_english(models, "deepseek-v3", CHINESE, PAYER)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure(401), KeyRejectedError),
        (Failure(400, message="content policy violation", code="content_policy_violation"), RefusedContentError),
    ],
)
async def test_a_content_refusal_is_explained(
    models: MeteredClient, sim: WanjieSim, failure: Failure, error: type[Exception]
) -> None:
    sim.script.fail_next.append(failure)

    with pytest.raises(error):
        await translate_to_english(models, "deepseek-v3", CHINESE, PAYER)
