"""Kubernetes: a manifest of a scheduler and its workers, plain enough for any cluster."""

import shlex
from typing import Any

import yaml

from experiments.engines.profiles import KubernetesProfile

PORT = 8786
"""Of Dask's scheduler."""


def manifest(profile: KubernetesProfile) -> str:
    """YAML for `kubectl apply -f -`."""
    address = f"tcp://{profile.name}-scheduler:{PORT}"
    scheduler = f"python -P -m distributed.cli.dask_scheduler --port {PORT} --no-dashboard"
    worker = (
        f"python -P -m distributed.cli.dask_worker {address} --nworkers 1 --nthreads 1 "
        "--no-dashboard --death-timeout 600 --local-directory /tmp"
    )
    things = [
        _deployment(profile, "scheduler", scheduler, n=1),
        _service(profile),
        _deployment(profile, "worker", worker, n=profile.workers),
    ]
    if profile.command is not None:
        things.append(_job(profile, f"{profile.command} --scheduler {address}"))
    return str(yaml.safe_dump_all(things, sort_keys=False, width=100))


def _head(profile: KubernetesProfile, kind: str, api: str, part: str) -> dict[str, Any]:
    named: dict[str, Any] = {"name": f"{profile.name}-{part}"}
    if profile.namespace is not None:
        named["namespace"] = profile.namespace
    return {"apiVersion": api, "kind": kind, "metadata": named}


def _labels(profile: KubernetesProfile, part: str) -> dict[str, str]:
    return {"app": profile.name, "part": part}


def _pod(profile: KubernetesProfile, part: str, command: str) -> dict[str, Any]:
    """One container with the volume; a worker asks for a core, as a run fills one."""
    wanted = {"cpu": "1", "memory": f"{round(profile.memory_gb * 1000)}M"}
    container: dict[str, Any] = {
        "name": part,
        "image": profile.image,
        "command": shlex.split(command),
        "resources": {"requests": wanted, "limits": {"memory": wanted["memory"]}},
        "volumeMounts": [{"name": "shared", "mountPath": profile.mount}],
    }
    if profile.env:
        container["env"] = [{"name": k, "value": v} for k, v in sorted(profile.env.items())]
    volume = {"name": "shared", "persistentVolumeClaim": {"claimName": profile.claim}}
    return {"containers": [container], "volumes": [volume]}


def _deployment(profile: KubernetesProfile, part: str, command: str, *, n: int) -> dict[str, Any]:
    labels = _labels(profile, part)
    template = {"metadata": {"labels": labels}, "spec": _pod(profile, part, command)}
    spec = {"replicas": n, "selector": {"matchLabels": labels}, "template": template}
    return {**_head(profile, "Deployment", "apps/v1", part), "spec": spec}


def _service(profile: KubernetesProfile) -> dict[str, Any]:
    spec = {"selector": _labels(profile, "scheduler"), "ports": [{"port": PORT}]}
    return {**_head(profile, "Service", "v1", "scheduler"), "spec": spec}


def _job(profile: KubernetesProfile, command: str) -> dict[str, Any]:
    """What asks for the runs; done once more where its machine dies, as it goes on then."""
    pod = {**_pod(profile, "driver", command), "restartPolicy": "OnFailure"}
    labelled = {"metadata": {"labels": _labels(profile, "driver")}, "spec": pod}
    return {
        **_head(profile, "Job", "batch/v1", "driver"),
        "spec": {"backoffLimit": 3, "template": labelled},
    }
