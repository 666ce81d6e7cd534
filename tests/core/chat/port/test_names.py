# ruff: noqa: RUF001 - names of all scripts
"""Names hide nothing, and prose cannot turn words around."""

from __future__ import annotations

import pytest

from core.chat.port.incoming import Attachment
from core.chat.port.menus import Option
from core.chat.port.names import clean_line, remove_direction_overrides
from core.chat.question.attachment_kinds import display_name

_DIRECTION_MARKS = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]


@pytest.mark.parametrize("mark", _DIRECTION_MARKS)
def test_no_name_turns_around_what_stands_beside_it(mark: str) -> None:
    disguised = f"report{mark}fdp.exe"

    assert clean_line(disguised) == "reportfdp.exe"
    assert display_name(Attachment("document", "1", disguised)) == "reportfdp.exe"
    assert Option(disguised, "1").label == "reportfdp.exe"


@pytest.mark.parametrize("name", ["محمد", "נועם", "👨\u200d👩\u200d👧", "می\u200cخواهم", "Ann-Sophie O'Neil"])
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    assert clean_line(name) == name


def test_prose_keeps_isolates_and_loses_overrides() -> None:
    isolated = "\u2067שלום\u2069 \u200f!"

    assert remove_direction_overrides(f"a\u202emoc.knab\u202c {isolated}") == f"amoc.knab {isolated}"
