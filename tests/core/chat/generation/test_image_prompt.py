"""Image prompts as they are stored and varied."""

from hypothesis import given
from hypothesis import strategies as st

from core.chat.generation.image_prompt import ImagePrompt


@given(prompt=st.text(min_size=1), english=st.text(), variation=st.integers(0, 9))
def test_a_prompt_survives_serialisation(prompt: str, english: str, variation: int) -> None:
    order = ImagePrompt(prompt, "64x64", 2, "hd", "natural", english, variation)

    assert ImagePrompt.unpack(order.pack()) == order


def test_a_prompt_of_a_later_version_can_be_read() -> None:
    assert ImagePrompt.unpack('{"prompt": "a cat", "seed": 7}') == ImagePrompt("a cat")


def test_a_prompt_can_be_varied_more_than_once() -> None:
    order = ImagePrompt("a cat", variation=1)
    varied = [order.next_variation, order.counted.next_variation, order.counted.counted.next_variation]

    assert len({order.words, *(one.words for one in varied)}) == 4
    assert varied[1].next_variation.words not in {order.words, varied[1].words}
    assert order.counted.words == order.words


def test_each_variation_differs_from_the_one_before() -> None:
    order = ImagePrompt("一只猫", english="a cat")
    first, second = order.next_variation, order.next_variation.next_variation

    assert order.words == "a cat"
    assert first.words.startswith("a cat, ")
    assert len({order.words, first.words, second.words}) == 3
    assert first.prompt == order.prompt
