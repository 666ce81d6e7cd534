"""Few presses of one person are taken at a time, and then about as many as anybody can read."""

from __future__ import annotations

from core.chat.port.press_limit import PressLimit


def test_a_burst_is_taken_then_two_presses_a_second() -> None:
    now = [100.0]
    limit = PressLimit(lambda: now[0])

    def press(times: int, person: str = "ann") -> int:
        return sum(limit.admits(person) for _ in range(times))

    assert press(30) == 20
    assert press(1, "bob") == 1
    assert press(100, "") == 100
    now[0] += 3.0
    assert press(30) == 6
    now[0] += 60.0
    assert press(30) == 20
