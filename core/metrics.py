"""What the service measures of itself, in the form of Prometheus; the only module that uses its client.

No label holds anything that people write, nor a name, an id or a key, so that the number of series is bounded.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of the text that `Metrics.render` returns; every version of Prometheus reads it."""


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
        self.platform_up = Gauge(
            "bots_platform_up", "Whether events of the platform can come in.", ["platform"], registry=registry
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

    def render(self) -> bytes:
        """Return everything as text, for a response with `CONTENT_TYPE`."""
        return generate_latest(self.registry)
