"""Values as people write them: in any encoding, in any case, under a name that is nearly right."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from core.settings import Settings, SettingsError
from tests.core.settings.conftest import PLATFORMS, Configure, RadioSettings, problems

FILE = "# 设定\r\nSYSTEM_PROMPT=请用中文回答\r\nexport LOG_LEVEL='debug'\r\n"


@pytest.mark.parametrize(
    "data",
    [
        FILE.encode(),
        FILE.encode("utf-8-sig"),
        FILE.encode("utf-16"),
        codecs.BOM_UTF16_BE + FILE.encode("utf-16-be"),
        FILE.encode("utf-16-le"),
        FILE.encode("utf-16-be"),
        FILE.encode("gbk"),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16", "utf-16 big", "little without a mark", "big without a mark", "gbk"],
)
def test_the_file_is_read_in_whichever_encoding_it_was_saved(configure: Configure, data: bytes) -> None:
    settings = configure(data)

    assert settings.chat.system_prompt == "请用中文回答"
    assert settings.service.log_level == "DEBUG"


def test_a_guessed_encoding_is_reported_to_the_operator(configure: Configure) -> None:
    assert configure(FILE.encode()).warnings == []
    assert configure(FILE.encode("gbk")).warnings == [".env is not UTF-8 and was read as GBK; save it as UTF-8."]


@pytest.mark.parametrize("data", [b"LOG_LEVEL=\xff\xff\xff", b"\x7fELF\0\0\0\x01\0", b"\xff\xfeL\0O"])
def test_a_file_that_is_not_text_is_reported(configure: Configure, data: bytes) -> None:
    assert problems(configure, data) == [".env is in an encoding that cannot be read; save it as UTF-8."]


def test_a_folder_in_place_of_the_file_is_reported(configure: Configure, tmp_path: Path) -> None:
    configure()
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()

    with pytest.raises(SettingsError, match=r"^\.env cannot be read: Is a directory\.$"):
        Settings(PLATFORMS)


def test_values_are_kept_as_written(configure: Configure) -> None:
    file = b'LOG_LEVEL=INFO\nSYSTEM_PROMPT=costs $5, ${LOG_LEVEL} ${HOME}\nWANJIE_VOICE="a # b"\n'
    settings = configure(file)

    assert settings.chat.system_prompt == "costs $5, ${LOG_LEVEL} ${HOME}"
    assert settings.wanjie.voice == "a # b"


def test_the_environment_overrides_the_file(configure: Configure) -> None:
    assert configure(b"log_level=ERROR\nMAILBOX_LIMIT=7", LOG_LEVEL="WARNING").service.log_level == "WARNING"
    assert configure(b"log_level=ERROR\nMAILBOX_LIMIT=7", LOG_LEVEL="").service.log_level == "ERROR"


def test_an_invalid_line_is_reported(configure: Configure) -> None:
    settings = configure(b"LOG_LEVEL=DEBUG\nWANJIE_VOICE='open\n= 4\n")

    assert settings.service.log_level == "DEBUG"
    assert settings.warnings[0] == "Line 2 of .env is not NAME=value and was ignored."


@pytest.mark.parametrize(
    "line", ["WANJIE_API_KEY\uff1dsk-secret", "WANJIE_API_KEY sk-secret", "sk-secret==", "WANJIE_API_KEY"]
)
def test_an_invalid_line_is_reported_only_by_its_number(configure: Configure, line: str) -> None:
    assert configure(f"# 设定\n{line}\n".encode()).warnings == ["Line 2 of .env is not NAME=value and was ignored."]


def test_a_duplicate_name_is_reported_and_the_last_one_counts(configure: Configure) -> None:
    settings = configure(b"LOG_LEVEL=DEBUG\nMAILBOX_LIMIT=7\nLOG_LEVEL=ERROR\nMAILBOX_LIMIT=7\n")

    assert settings.service.log_level == "ERROR"
    assert settings.warnings == ["LOG_LEVEL is set more than once in .env; the last one counts."]


@pytest.mark.parametrize("word", ["true", "True", "YES", "On", "1", " on ", "enabled"])
def test_usual_words_for_on_are_understood(configure: Configure, word: str) -> None:
    assert configure(IMAGE_TOOL=word).chat.image_tool == "on"
    assert configure(f"IMAGE_TOOL={word}".encode()).chat.image_tool == "on"


@pytest.mark.parametrize("word", ["false", "NO", "Off", "0"])
def test_usual_words_for_off_are_understood(configure: Configure, word: str) -> None:
    assert configure(IMAGE_TOOL=word).chat.image_tool == "off"


def test_choices_ignore_case(configure: Configure) -> None:
    settings = configure(LOG_FORMAT="JSON", LOG_LEVEL="warn", MODEL_CHANGE="Admins", WANJIE_MODEL_KINDS="x=Speech")

    assert (settings.service.log_format, settings.service.log_level) == ("json", "WARNING")
    assert settings.chat.model_change == "admins"
    assert settings.wanjie.model_kinds == {"x": "speech"}


def test_an_unknown_choice_is_reported_with_the_known_ones(configure: Configure) -> None:
    assert problems(configure, IMAGE_TOOL="maybe") == ["IMAGE_TOOL is not valid: it should be 'on' or 'off'."]


def test_a_misspelt_name_is_reported_with_the_nearest_one(configure: Configure) -> None:
    settings = configure(
        b"IMAGE_TOL=on\nCOMPOSE_PROJECT_NAME=x\n", WANJIE_DEFAULT_MODLE="x", CONSOLE_WEBHOOK="https://a"
    )

    assert settings.warnings == [
        "IMAGE_TOL in .env is not a setting; did you mean IMAGE_TOOL?",
        "WANJIE_DEFAULT_MODLE in the environment is not a setting; did you mean WANJIE_DEFAULT_MODEL?",
    ]


def test_a_misspelt_name_is_reported_beside_the_missing_setting(configure: Configure) -> None:
    assert problems(configure, b"WANJIE_APIKEY=sk-1", WANJIE_API_KEY="") == [
        "WANJIE_API_KEY is not set.",
        "WANJIE_APIKEY in .env is not a setting; did you mean WANJIE_API_KEY?",
    ]


@pytest.mark.parametrize(
    "written",
    [
        "https://wanjie.test/api",
        "https://wanjie.test/api/",
        "https://wanjie.test/api/v1",
        "https://wanjie.test/api/v1/",
        "https://wanjie.test/api/v1//",
        " https://wanjie.test/api/v1/chat/completions ",
        "https://wanjie.test/api/v1/models",
        "https://wanjie.test/api/v1/images/generations/",
        "https://wanjie.test/api/chat/completions",
    ],
)
def test_a_wanjie_address_may_include_the_path_of_the_calls(configure: Configure, written: str) -> None:
    assert configure(WANJIE_BASE_URL=written).wanjie.base_url == "https://wanjie.test/api"


@pytest.mark.parametrize(
    "written", ["wanjie.test/api", "ftp://wanjie.test", "https://wanjie.test/api?key=1", "https://"]
)
def test_an_invalid_address_is_reported(configure: Configure, written: str) -> None:
    assert [problem.split()[0] for problem in problems(configure, WANJIE_BASE_URL=written)] == ["WANJIE_BASE_URL"]


def test_a_settings_file_readable_by_others_is_reported(configure: Configure, tmp_path: Path) -> None:
    configure(b"LOG_LEVEL=INFO\n")
    (tmp_path / ".env").chmod(0o640)

    assert Settings(PLATFORMS).warnings == ["Other users of this machine can read .env: run chmod 600 .env."]


def test_a_platform_is_off_until_one_of_its_required_variables_is_set(configure: Configure) -> None:
    assert configure(RADIO_TOKEN=" ", RADIO_PROXY="ftp://invalid").get_platform(RadioSettings) is None
    assert problems(configure, RADIO_TOKEN="t", RADIO_PROXY="direct") == ["RADIO_KEY is not set."]
    assert configure(RADIO_TOKEN="t", RADIO_KEY="k").get_platform(RadioSettings) is not None


def test_without_a_platform_the_variables_of_each_are_named(configure: Configure) -> None:
    assert problems(configure, CONSOLE_TOKEN="") == [
        "No platform is set up: set CONSOLE_TOKEN, or RADIO_TOKEN with RADIO_KEY, or all of them."
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WANJIE_API_KEY", "con-secret", "it is a console token, see CONSOLE_TOKEN; use the key of your Wanjie Ark"),
        ("CONSOLE_TOKEN", "secret", "it is not a token of this kind; use the token that the console shows."),
        ("CONSOLE_TOKEN", "'con-secret'", "in quotes"),
    ],
)
def test_a_token_is_known_by_its_form(configure: Configure, name: str, value: str, words: str) -> None:
    (problem,) = problems(configure, b"", **{name: value})

    assert problem.startswith(f"{name} is not valid: ")
    assert words in problem
    assert "secret" not in problem
