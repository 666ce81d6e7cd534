"""What an idle process does not load."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from bots.hidden_modules import UNUSED_MODULES, hide_modules

_PROGRAM = f"""
import sys
from bots.hidden_modules import hide_modules
with hide_modules(*{UNUSED_MODULES}):
    import bots.cli, bots.run_service
print(*sorted(name for name in sys.modules if "." not in name))
"""


def test_a_hidden_module_is_absent_in_the_block_alone() -> None:
    sys.modules.pop("zipapp", None)
    with hide_modules("zipapp", "json"):
        with pytest.raises(ImportError):
            importlib.import_module("zipapp")
        assert importlib.import_module("json") is sys.modules["json"], "what is loaded already stays"

    assert importlib.import_module("zipapp")


def test_a_service_loads_neither_platforms_that_are_off_nor_media_libraries() -> None:
    loaded = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    unwanted = {"telegram", "slack_sdk", "slack_bolt", "emoji", "PIL", "av", "pypdfium2", "chardet", *UNUSED_MODULES}

    assert not unwanted & set(loaded.stdout.split())


def test_an_app_of_one_slack_workspace_loads_no_bolt() -> None:
    program = "import sys, bots.slack.platform; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own program

    assert not {name for name in loaded.stdout.split() if name.partition(".")[0] == "slack_bolt"}
