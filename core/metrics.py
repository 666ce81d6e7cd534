"""What the service measures of itself, in the form of Prometheus; the only module that uses its client.

No label holds anything that people write, nor a name, an id or a key, so that the number of series is
bounded: platforms, their methods, kinds and outcomes come from tables of the code, models from the list of the key.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of the text that `Metrics.render` returns; every version of Prometheus reads it."""
_OTHER_MODEL = "other"
_MAX_MODELS = 100
"""Models with series of their own; each has some thirty."""
_WAIT_BUCKETS = (0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300)
"""Seconds until an answer begins."""
_LAG_BUCKETS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30)


class Metrics:
    """All metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # a second series for each counter, which OpenMetrics alone needs
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.build = Info("bots_build", "Version of the service.", registry=registry)
        self.store_up = Gauge(
            "bots_store_up", "Whether the queue could be read for the numbers about it.", registry=registry
        )
        self.platforms = PlatformMetrics(registry)
        self.answers = AnswerMetrics(registry)
        self.models = ModelMetrics(registry)
        self.queue = QueueMetrics(registry)
        self.worker = WorkerMetrics(registry)

    def render(self) -> bytes:
        """Return everything as text, for a response with `CONTENT_TYPE`."""
        return generate_latest(self.registry)


class PlatformMetrics:
    """What is measured of the connections to the platforms."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge(
            "bots_platform_up", "Whether events of the platform can come in.", ["platform"], registry=registry
        )
        self.calls = Counter(
            "bots_platform_calls",
            "Calls of the platform's methods, by outcome.",
            ["platform", "method", "outcome"],
            registry=registry,
        )


class AnswerMetrics:
    """What is measured of the answers that people see."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.first_words = Histogram(
            "bots_first_words_seconds",
            "Time from storing a question until the first words of its answer, or of its reasoning, are shown.",
            ["platform"],
            buckets=_WAIT_BUCKETS,
            registry=registry,
        )
        self.text_lag = Histogram(
            "bots_text_lag_seconds",
            "Time from the arrival of a text until it is shown; for each step, of the oldest text in it.",
            ["platform"],
            buckets=_LAG_BUCKETS,
            registry=registry,
        )
        self.outcomes = Counter(
            "bots_answers", "Answers of models that have ended, by outcome.", ["platform", "outcome"], registry=registry
        )


class ModelMetrics:
    """What is measured of the calls of models, by model; only models of the key have series of their own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._names: frozenset[str] = frozenset()
        self._labelled: set[str] = set()
        self._responses = Histogram(
            "bots_model_response_seconds",
            "Time until a model's answer begins (chat) or is complete (other kinds), of calls that succeeded.",
            ["model", "kind"],
            buckets=_WAIT_BUCKETS,
            registry=registry,
        )
        self._errors = Counter(
            "bots_model_errors",
            "Calls of models that failed or broke off, retries included.",
            ["model", "kind", "error"],
            registry=registry,
        )
        self._tokens = Counter(
            "bots_model_tokens",
            "Tokens that models read and wrote, as they report them, else by estimate.",
            ["model", "direction"],
            registry=registry,
        )
        self._pictures = Counter("bots_model_pictures", "Pictures that models drew.", ["model"], registry=registry)
        self._voice_seconds = Counter(
            "bots_model_voice_seconds",
            "Length of the recordings that models transcribed.",
            ["model"],
            registry=registry,
        )
        self._characters = Counter(
            "bots_model_spoken_characters", "Characters of the texts that models spoke.", ["model"], registry=registry
        )

    def note_usage(
        self, model: str, *, input_tokens: int, output_tokens: int, pictures: int, seconds: float, characters: int
    ) -> None:
        """Count what a call of a model has used."""
        label = self.label_model(model)
        self._tokens.labels(label, "input").inc(input_tokens)
        self._tokens.labels(label, "output").inc(output_tokens)
        self._pictures.labels(label).inc(pictures)
        self._voice_seconds.labels(label).inc(seconds)
        self._characters.labels(label).inc(characters)

    def note_models(self, names: Iterable[str]) -> None:
        """Let these models, which the key may use, have series of their own."""
        self._names = frozenset(names)

    def note_response(self, kind: str, model: str, seconds: float) -> None:
        """Count a call of a model that succeeded; the answer of a chat model has begun then."""
        self._responses.labels(self.label_model(model), kind).observe(seconds)

    def note_error(self, kind: str, model: str, error: Exception) -> None:
        """Count a call of a model that failed, by the class of its error."""
        self._errors.labels(self.label_model(model), kind, type(error).__name__).inc()

    def label_model(self, name: str) -> str:
        """Return the label of a model: its name if it is listed and among the first hundred in use, else `other`."""
        if name not in self._labelled:
            if name not in self._names or len(self._labelled) >= _MAX_MODELS:
                return _OTHER_MODEL
            self._labelled.add(name)
        return name


class QueueMetrics:
    """What waits in the queue, for each kind of lane; the store knows it, so it is the same on all replicas."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.messages = Gauge(
            "bots_queue_messages",
            "Messages that wait, without those being worked on; the same on all replicas.",
            ["lane_kind"],
            registry=registry,
        )
        self.lanes = Gauge(
            "bots_queue_lanes",
            "Lanes in which a message waits; the same on all replicas.",
            ["lane_kind"],
            registry=registry,
        )
        self.oldest_age = Gauge(
            "bots_queue_oldest_message_age_seconds",
            "Time since the oldest message that waits was stored; 0 when none waits.",
            ["lane_kind"],
            registry=registry,
        )
        self.dead_letters = Gauge(
            "bots_dead_letters", "Messages that were given up in the last 30 days and are kept.", registry=registry
        )


class WorkerMetrics:
    """What is measured of the work of this process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.slots = Gauge("bots_worker_slots", "Messages that the process works on at most.", registry=registry)
        self.slots_in_use = Gauge(
            "bots_worker_slots_in_use",
            "Messages that the process works on, without those that only wait.",
            registry=registry,
        )
        self.leases_lost = Counter(
            "bots_leases_lost", "Messages that another process took over since this one stalled.", registry=registry
        )
