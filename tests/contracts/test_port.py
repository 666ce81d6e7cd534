"""Nothing is promised to the core that no contract here holds the platforms to."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.chat.port.outbox import Outbox
from core.chat.port.platform import Platform


@pytest.mark.parametrize("port", [Outbox, Platform])
def test_every_member_of_the_port_is_used_by_a_contract_test(port: type) -> None:
    contracts = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    offered = [name for name in vars(port) if not name.startswith("_")]

    assert offered
    assert [name for name in offered if f".{name}" not in contracts] == []
