"""The files for deployment, held against the code and each other; `make deployment` asks the tools of the field."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from bots import __version__
from bots.settings import PLATFORM_AREAS
from bots.slack.settings import SlackSettings
from bots.telegram.settings import TelegramSettings
from core.metrics import Metrics
from core.settings import ServiceSettings, list_areas, list_variables

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
_IMAGE_SOURCES = ("deploy/compose.yaml", "deploy/kubernetes/redis.yaml")
KUBERNETES = ROOT / "deploy/kubernetes"
DRAIN_SECONDS = ServiceSettings.model_fields["drain_seconds"].default


def read_yaml(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def find_objects(kind: str) -> dict[str, Any]:
    documents = [document for path in sorted(KUBERNETES.glob("*.yaml")) for document in read_yaml(path)]
    return {document["metadata"]["name"]: document for document in documents if document["kind"] == kind}


def list_kustomizations() -> list[Path]:
    return sorted(KUBERNETES.rglob("kustomization.yaml"))


def test_every_source_that_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    copied = [
        word
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for word in sources.split()
    ]
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"}

    assert set(copied) == sent
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_image_is_built_with_the_locked_version_of_uv_and_checks_every_hash() -> None:
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    [locked] = [package["version"] for package in packages if package["name"] == "uv"]

    assert re.findall(r"\buv==(\S+)", DOCKERFILE) == [locked]
    assert "uv export --quiet --locked --no-dev" in DOCKERFILE
    assert "--require-hashes --no-deps" in DOCKERFILE


def test_every_image_of_others_is_named_by_its_digest_the_same_everywhere() -> None:
    sources = [DOCKERFILE, *((ROOT / path).read_text(encoding="utf-8") for path in _IMAGE_SOURCES)]
    named = [name for text in sources for name in re.findall(r"docker\.io/library/[^\s}]+", text)]
    digests = {name.partition(":")[0]: name for name in named}

    assert len(named) == 4
    assert set(named) == set(digests.values())
    assert all(re.fullmatch(r".+:[\d.]+-\w+(-\w+)?@sha256:[0-9a-f]{64}", name) for name in named)


def test_what_the_image_installs_stays_small() -> None:
    """Of the packages' files as wheels bring them; there were 228 MB when the image had 211, stripped and compiled."""
    [options] = re.findall(r"uv export (.+?) --output-file", DOCKERFILE)
    names = run(sys.executable, "-m", "uv", "export", "--no-hashes", "--no-cache", *options.split())
    installed = 0
    for requirement in map(Requirement, re.findall(r"^(?! |#)(.+)$", names, re.MULTILINE)):
        if requirement.marker is None or requirement.marker.evaluate():
            installed += sum(file.size or 0 for file in distribution(requirement.name).files or ())

    assert 100e6 < installed < 255e6


def test_the_image_runs_as_a_numeric_user_without_root_and_leaves_no_anonymous_volume() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    assert "\nHEALTHCHECK" in DOCKERFILE
    assert not re.search(r"^VOLUME", DOCKERFILE, re.MULTILINE)


def test_compose_confines_both_services_and_names_the_version() -> None:
    [compose] = read_yaml(ROOT / "deploy/compose.yaml")

    for service in compose["services"].values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["read_only"]
        assert {"mem_limit", "cpus", "pids_limit", "logging"} <= service.keys()
        assert "ports" not in service
    assert compose["services"]["bots"]["image"] == f"wanjie-bots:{__version__}"


def test_every_redis_of_the_deployments_is_durable_and_asks_for_a_password() -> None:
    [compose] = read_yaml(ROOT / "deploy/compose.yaml")
    [container] = find_objects("StatefulSet")["redis"]["spec"]["template"]["spec"]["containers"]
    commands = [compose["services"]["redis"]["command"][-1], container["args"][-1]]

    for command in commands:
        for option in (
            "--appendonly yes",
            "--appendfsync always",
            "--maxmemory-policy noeviction",
            "--requirepass",
        ):
            assert option in command


def test_every_deployment_waits_longer_than_running_answers_may_take() -> None:
    [compose] = read_yaml(ROOT / "deploy/compose.yaml")
    unit = (ROOT / "deploy/systemd/wanjie-bots.service").read_text(encoding="utf-8")
    pods = find_objects("Deployment")["bots"]["spec"]["template"]["spec"]

    assert int(compose["services"]["bots"]["stop_grace_period"].removesuffix("s")) > DRAIN_SECONDS
    assert pods["terminationGracePeriodSeconds"] > DRAIN_SECONDS
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0]) > DRAIN_SECONDS


@pytest.mark.parametrize("path", list_kustomizations(), ids=[path.parent.name for path in list_kustomizations()])
def test_a_kustomization_names_files_that_exist(path: Path) -> None:
    [kustomization] = read_yaml(path)
    named = kustomization.get("resources", [])

    assert named or kustomization["patches"]
    assert [name for name in named if not (path.parent / name).exists()] == []


def test_kubernetes_runs_the_version_of_this_repository() -> None:
    [kustomization] = read_yaml(KUBERNETES / "kustomization.yaml")

    assert [image["newTag"] for image in kustomization["images"]] == [__version__]


@pytest.mark.parametrize("guide", ["README.md", "README.zh-CN.md"])
def test_the_guide_builds_this_version(guide: str) -> None:
    named = re.findall(r"wanjie-bots:(\d[\w.]*)", (ROOT / "deploy" / guide).read_text(encoding="utf-8"))

    assert set(named) == {__version__}


def test_pods_find_their_probes_and_secrets() -> None:
    [container] = find_objects("Deployment")["bots"]["spec"]["template"]["spec"]["containers"]
    example = (KUBERNETES / "secret.env.example").read_text(encoding="utf-8")

    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert {"WANJIE_API_KEY", "REDIS_URL", "REDIS_PASSWORD"} <= set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_webhooks_reach_the_ports_that_the_service_listens_on() -> None:
    """From the Ingress by the Service to the container, and through the policy."""
    component = KUBERNETES / "components/webhooks"
    [ingress], [service], [policy] = (
        read_yaml(component / name) for name in ("ingress.yaml", "service.yaml", "network-policy.yaml")
    )
    [patch] = read_yaml(component / "kustomization.yaml")[0]["patches"]
    [container] = yaml.safe_load(patch["patch"])["spec"]["template"]["spec"]["containers"]
    expected = {
        "telegram": TelegramSettings.model_fields["webhook_port"].default,
        "slack": SlackSettings.model_fields["http_port"].default,
    }

    assert {port["name"]: port["containerPort"] for port in container["ports"]} == expected
    assert {port["targetPort"]: port["port"] for port in service["spec"]["ports"]} == expected
    assert {port["port"] for port in policy["spec"]["ingress"][0]["ports"]} == set(expected.values())
    paths = {
        path["path"]: path["backend"]["service"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]
    }
    assert paths == {
        f"/{path}": {"name": service["metadata"]["name"], "port": {"name": name}}
        for path, name in (("telegram", "telegram"), ("slack/events", "slack"))
    }
    [exposed] = re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE)
    assert set(expected.values()) <= {int(port) for port in exposed.split()}


def test_every_variable_of_the_deployments_is_a_setting() -> None:
    known = {variable.name for _, area in list_areas(PLATFORM_AREAS) for variable in list_variables(area)}
    example = (KUBERNETES / "secret.env.example").read_text(encoding="utf-8")
    image = " ".join(re.findall(r"^ENV ((?:.*\\\n)*.*)$", DOCKERFILE.partition("USER ")[2], re.MULTILINE))
    named = {*re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE), *re.findall(r"\b([A-Z_]+)=", image)}

    assert {"SLACK_SIGNING_SECRET", "TELEGRAM_WEBHOOK_URL", "SLACK_HTTP_HOST"} <= named
    assert named - known == {"REDIS_PASSWORD", "PATH", "PYTHONUNBUFFERED"}


def list_metric_samples() -> set[str]:
    suffixes = {"counter": ["_total"], "info": ["_info"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}
    families = [family for family in Metrics().registry.collect() if family.name.startswith("bots_")]
    return {family.name + suffix for family in families for suffix in suffixes[family.type]}


@pytest.mark.parametrize("path", ["prometheus/alerts.yaml", "grafana/wanjie-bots.json"])
def test_alerts_and_panels_use_metrics_that_exist(path: str) -> None:
    text = (ROOT / "deploy" / path).read_text(encoding="utf-8")
    named = set(re.findall(r"\bbots_\w+", text))

    assert named
    assert named - list_metric_samples() == set()


def test_the_dashboard_shows_every_metric() -> None:
    dashboard = json.loads((ROOT / "deploy/grafana/wanjie-bots.json").read_text(encoding="utf-8"))
    shown = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])

    missing = [
        family.name
        for family in Metrics().registry.collect()
        if family.name.startswith("bots_") and family.name not in shown
    ]
    assert missing == []


def test_the_alerts_of_kubernetes_are_those_of_prometheus() -> None:
    [rules] = read_yaml(ROOT / "deploy/prometheus/alerts.yaml")
    [resource] = read_yaml(KUBERNETES / "components/monitoring/alerts.yaml")

    assert resource["spec"] == rules


def run(*command: str, **variables: str) -> str:
    completed = subprocess.run(  # noqa: S603 - our own program
        command, cwd=ROOT, env={"PATH": os.defpath, **variables}, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def test_the_wheel_holds_every_file_of_the_service_and_its_command_runs_in_a_clean_environment(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    [wheel] = tmp_path.glob("*.whl")
    sources = {
        path.relative_to(ROOT).as_posix()
        for room in ("bots", "core")
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    with zipfile.ZipFile(wheel) as archive:
        assert sources - set(archive.namelist()) == set()

    # The dependencies are those that are installed here; the package itself comes from the wheel alone.
    environment = tmp_path / "environment"
    uv = (sys.executable, "-m", "uv", "--quiet", "--cache-dir", str(tmp_path / "cache"))
    run(*uv, "venv", "--python", sys.executable, str(environment))
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(*uv, "pip", "install", "--offline", "--no-deps", "--python", str(python), str(wheel))
    packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    command = str(python.with_name("wanjie-bots"))

    assert run(command, "--version", PYTHONPATH=packages) == f"Wanjie Bots {__version__}\n"
    assert run(command, "manifest", PYTHONPATH=packages) == (ROOT / "deploy/slack-manifest.yaml").read_text("utf-8")
