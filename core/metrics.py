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
        self._models: frozenset[str] = frozenset()
        self._labelled_models: set[str] = set()

        self.build = Info("bots_build", "Version of the service.", registry=registry)
        self.store_up = Gauge(
            "bots_store_up", "Whether the queue could be read for the numbers about it.", registry=registry
        )
        self.platform_up = Gauge(
            "bots_platform_up", "Whether events of the platform can come in.", ["platform"], registry=registry
        )
        self.platform_calls = Counter(
            "bots_platform_calls",
            "Calls of the platform's methods, by outcome.",
            ["platform", "method", "outcome"],
            registry=registry,
        )
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
        self.answers = Counter(
            "bots_answers", "Answers of models that have ended, by outcome.", ["platform", "outcome"], registry=registry
        )
        self.model_responses = Histogram(
            "bots_model_response_seconds",
            "Time until a model's answer begins (chat) or is complete (other kinds), of calls that succeeded.",
            ["model", "kind"],
            buckets=_WAIT_BUCKETS,
            registry=registry,
        )
        self.model_errors = Counter(
            "bots_model_errors",
            "Calls of models that failed or broke off, retries included.",
            ["model", "kind", "error"],
            registry=registry,
        )
        self.model_tokens = Counter(
            "bots_model_tokens",
            "Tokens that models read and wrote, as they report them, else by estimate.",
            ["model", "direction"],
            registry=registry,
        )
        self.model_pictures = Counter("bots_model_pictures", "Pictures that models drew.", ["model"], registry=registry)
        self.model_voice_seconds = Counter(
            "bots_model_voice_seconds",
            "Length of the recordings that models transcribed.",
            ["model"],
            registry=registry,
        )
        self.model_characters = Counter(
            "bots_model_spoken_characters", "Characters of the texts that models spoke.", ["model"], registry=registry
        )
        self.queue_messages = Gauge(
            "bots_queue_messages",
            "Messages that wait, without those being worked on; the same on all replicas.",
            ["lane_kind"],
            registry=registry,
        )
        self.queue_lanes = Gauge(
            "bots_queue_lanes",
            "Lanes in which a message waits; the same on all replicas.",
            ["lane_kind"],
            registry=registry,
        )
        self.queue_oldest_age = Gauge(
            "bots_queue_oldest_message_age_seconds",
            "Time since the oldest message that waits was stored; 0 when none waits.",
            ["lane_kind"],
            registry=registry,
        )
        self.dead_letters = Gauge(
            "bots_dead_letters", "Messages that were given up in the last 30 days and are kept.", registry=registry
        )
        self.worker_slots = Gauge("bots_worker_slots", "Messages that the process works on at most.", registry=registry)
        self.worker_slots_in_use = Gauge(
            "bots_worker_slots_in_use",
            "Messages that the process works on, without those that only wait.",
            registry=registry,
        )
        self.leases_lost = Counter(
            "bots_leases_lost", "Messages that another process took over since this one stalled.", registry=registry
        )

    def note_usage(
        self, model: str, *, input_tokens: int, output_tokens: int, pictures: int, seconds: float, characters: int
    ) -> None:
        """Count what a call of a model has used."""
        label = self.label_model(model)
        self.model_tokens.labels(label, "input").inc(input_tokens)
        self.model_tokens.labels(label, "output").inc(output_tokens)
        self.model_pictures.labels(label).inc(pictures)
        self.model_voice_seconds.labels(label).inc(seconds)
        self.model_characters.labels(label).inc(characters)

    def note_models(self, names: Iterable[str]) -> None:
        """Let these models, which the key may use, have series of their own."""
        self._models = frozenset(names)

    def note_response(self, kind: str, model: str, seconds: float) -> None:
        """Count a call of a model that succeeded; the answer of a chat model has begun then."""
        self.model_responses.labels(self.label_model(model), kind).observe(seconds)

    def note_error(self, kind: str, model: str, error: Exception) -> None:
        """Count a call of a model that failed, by the class of its error."""
        self.model_errors.labels(self.label_model(model), kind, type(error).__name__).inc()

    def label_model(self, name: str) -> str:
        """Return the label of a model: its name if it is listed and among the first hundred in use, else `other`."""
        if name not in self._labelled_models:
            if name not in self._models or len(self._labelled_models) >= _MAX_MODELS:
                return _OTHER_MODEL
            self._labelled_models.add(name)
        return name

    def render(self) -> bytes:
        """Return everything as text, for a response with `CONTENT_TYPE`."""
        return generate_latest(self.registry)
