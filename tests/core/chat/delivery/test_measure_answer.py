"""How one answer is measured."""

import time

import pytest

from core.chat.delivery.answer_buffer import AnswerBuffer
from core.chat.delivery.answer_text import TextChunk
from core.chat.delivery.measure_answer import AnswerMeasurement
from core.chat.port.errors import PlatformUnreachableError, RecipientGoneError
from core.metrics import Metrics
from core.queue import OwnershipLostError
from core.wanjie import ServerFaultError


def _read(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, {"platform": "tg", **labels}) or 0


def test_first_words_count_from_the_question_and_each_step_from_its_oldest_text() -> None:
    metrics = Metrics()
    measurement = AnswerMeasurement(metrics, "tg", time.monotonic() - 20)

    measurement.note_shown(time.monotonic() - 3, is_first=True)
    measurement.note_shown(time.monotonic() - 2, is_first=False)
    measurement.note_shown(None, is_first=False)  # the same text in its last state

    assert _read(metrics, "bots_first_words_seconds_count") == 1
    assert _read(metrics, "bots_first_words_seconds_sum") == pytest.approx(20, abs=1)
    assert _read(metrics, "bots_text_lag_seconds_count") == 2
    assert _read(metrics, "bots_text_lag_seconds_sum") == pytest.approx(5, abs=1)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(RecipientGoneError(), "given_up"), (PlatformUnreachableError(), "given_up"), (ServerFaultError(), "failed")],
)
def test_an_answer_that_fails_is_counted_by_whose_failure_it_is(error: Exception, outcome: str) -> None:
    metrics = Metrics()
    with pytest.raises(type(error)), AnswerMeasurement(metrics, "tg", 0).counting_outcome():
        raise error

    assert _read(metrics, "bots_answers_total", outcome=outcome) == 1
    assert _read(metrics, "bots_answers_total", outcome="delivered") == 0


def test_an_answer_that_another_process_goes_on_with_is_not_counted() -> None:
    metrics = Metrics()
    with pytest.raises(OwnershipLostError), AnswerMeasurement(metrics, "tg", 0).counting_outcome():
        raise OwnershipLostError

    assert "bots_answers_total{" not in metrics.render().decode()


def _add_and_fail(buffer: AnswerBuffer) -> None:
    buffer.add(TextChunk(" two"))
    raise PlatformUnreachableError


def test_text_whose_step_failed_is_as_old_at_the_next_step() -> None:
    buffer = AnswerBuffer()
    buffer.add(TextChunk("one"))
    with pytest.raises(PlatformUnreachableError), buffer.showing() as failed:
        _add_and_fail(buffer)
    with buffer.showing() as first:
        buffer.add(TextChunk(" three"))
    with buffer.showing() as second:
        pass
    with buffer.showing() as nothing:
        pass

    assert failed == first
    assert first is not None
    assert second is not None
    assert second >= first
    assert nothing is None
