"""Looking up a sentence: by language and by count."""

from pathlib import Path

import pytest

from core.chat.text.translations import Translations


def test_a_count_chooses_the_form_of_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "zh").mkdir()
    (tmp_path / "en" / "area.toml").write_text('[a.files]\none = "{count} file"\nother = "{count} files"\n')
    (tmp_path / "zh" / "area.toml").write_text('[a]\nfiles = "{count} 个文件"\n', encoding="utf-8")
    sentences = Translations(tmp_path)

    assert [sentences.text("a.files", "en", count=count) for count in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert sentences.text("a.files", "zh", count=1) == "1 个文件"
    assert sentences.keys("en") == sentences.keys("zh") == {"a.files"}


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en", "en"), ("", "en"), ("fr-FR", "en"), ("zh", "zh"), ("zh-hans", "zh"), ("zh_CN", "zh"), ("ZH-TW", "zh")],
)
def test_a_reader_gets_the_nearest_language(locale: str, language: str) -> None:
    assert Translations().text("stop.done", language) == Translations().text("stop.done", locale)


def test_only_folders_with_sentences_are_languages(tmp_path: Path) -> None:
    for folder in ("en", "__pycache__"):
        (tmp_path / folder).mkdir()
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "en" / "area.toml").write_text('[a]\nb = "c"\n')
    sentences = Translations(tmp_path)

    assert sentences.languages == ("en",)
    assert sentences.text("a.b", "zh") == "c"
