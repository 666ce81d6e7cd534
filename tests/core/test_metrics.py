"""Metrics: the bounded set of models, and the text that Prometheus reads."""

from prometheus_client.parser import text_string_to_metric_families

from core.metrics import Metrics


def test_only_listed_models_have_a_label_and_only_a_hundred_of_them() -> None:
    metrics = Metrics()
    metrics.models.note_models(f"model-{number}" for number in range(150))

    assert metrics.models.label_model("what somebody typed") == "other"
    assert [metrics.models.label_model(f"model-{number}") for number in range(100)] == [
        f"model-{n}" for n in range(100)
    ]
    assert metrics.models.label_model("model-100") == "other"
    assert metrics.models.label_model("model-0") == "model-0"


def test_each_value_has_a_registry_of_its_own_whose_text_prometheus_can_read() -> None:
    metrics, other = Metrics(), Metrics()
    metrics.worker.leases_lost.inc()
    families = {family.name: family for family in text_string_to_metric_families(metrics.render().decode())}

    assert [(sample.name, sample.value) for sample in families["bots_leases_lost"].samples] == [
        ("bots_leases_lost_total", 1)
    ]
    assert "bots_leases_lost_total 0.0\n" in other.render().decode()


def test_names_follow_the_conventions() -> None:
    families = [family for family in Metrics().registry.collect() if family.name.startswith("bots_")]

    assert len(families) > 8
    for family in families:
        assert family.documentation.endswith(".")
        assert not family.name.endswith(("_total", "_count", "_ms", "_milliseconds"))
        assert family.type != "histogram" or family.name.endswith("_seconds")
