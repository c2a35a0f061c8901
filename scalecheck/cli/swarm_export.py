"""What other machines need to play a swarm: files for the Locust operator of Kubernetes, or for docker compose.

The operator is AbdelrhmanHamouda/locust-k8s-operator, version 2 (`locust.io/v2`, api/v2/locusttest_types.go): it runs
the image's entry point with `master.command`, to which it adds --master, --expect-workers and the like.
"""

import json
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scalecheck import __version__
from scalecheck.cli.exit import UsageError
from scalecheck.cli.output import write
from scalecheck.model.profile import PLACEHOLDER
from scalecheck.swarm.script import Script

KINDS = ("k8s", "compose")
LOCUSTFILE = "from scalecheck.swarm.locustfile import Course, Swarm  # noqa: F401  (Locust looks for them here)\n"
SOURCES = "/lotest/src"
"""Where the operator mounts a ConfigMap, unless the manifest says otherwise."""
EVIDENCE = "/tmp/scalecheck/swarm.jsonl"
CONFIG_MAP_BYTES = 1024 * 1024
"""Most that a ConfigMap holds."""
MOST_WORKERS = 500
"""Of one LocustTest."""
WAIT_S = 300
"""How long workers may take to come: nodes may have to be added for them."""


def exported(kind: str, script: Script, folder: Path, workers: int) -> tuple[Path, ...]:
    """Write what `kind` needs into a folder; return the files. UsageError where it cannot be."""
    if kind not in KINDS:
        raise UsageError(f"--export {kind}: expected {' or '.join(KINDS)}")
    name = _name(script)
    files = {"Dockerfile": dockerfile()}
    if kind == "k8s":
        if workers > MOST_WORKERS:
            raise UsageError(f"--export k8s: {workers} workers, the operator takes {MOST_WORKERS} for one test")
        files["locusttest.yaml"] = _yaml(config_map(name, script), locust_test(name, script, workers))
    else:
        files |= {"compose.yaml": _yaml(compose(script, workers)), "locustfile.py": LOCUSTFILE}
        files["script.json"] = script.to_json()
    for file, text in files.items():
        write("--export", folder / file, text)
    if kind == "compose":
        _reports(folder / "reports")
    return tuple(folder / file for file in files)


def image() -> str:
    """Return the name of the image: scalecheck on the very Locust that is installed here."""
    return f"scalecheck:{__version__}-locust{version('locust')}"


def dockerfile() -> str:
    """Return how the image is made; master and workers have to be of one version."""
    return (
        f"# docker build -t {image()} . && docker push …; then the manifest names it\n"
        f"FROM locustio/locust:{version('locust')}\n"
        f"RUN pip install --no-cache-dir scalecheck=={__version__}\n"
    )


def config_map(name: str, script: Script) -> dict[str, Any]:
    """Return the ConfigMap that holds the locustfile and the script; UsageError where they are too large for one."""
    text = script.to_json()
    if len(text.encode()) + len(LOCUSTFILE) > CONFIG_MAP_BYTES:
        raise UsageError(
            f"--export k8s: the script has {len(text.encode()):,} bytes, a ConfigMap takes {CONFIG_MAP_BYTES:,};"
            " have it in the image instead (COPY script.json), or play fewer rows of data"
        )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": {"locustfile.py": LOCUSTFILE, "script.json": text},
    }


def locust_test(name: str, script: Script, workers: int) -> dict[str, Any]:
    """Return the operator's LocustTest."""
    played = f"--locustfile {SOURCES}/locustfile.py"
    master = f"{played} --scalecheck-script {SOURCES}/script.json --scalecheck-keep {EVIDENCE}"
    spec: dict[str, Any] = {
        "image": image(),
        "testFiles": {"configMapRef": name, "srcMountPath": SOURCES},
        "master": {
            "command": master,
            "autostart": True,
            "autoquit": {"enabled": True, "timeout": 0},
            "extraArgs": ["--expect-workers-max-wait", str(WAIT_S)],
        },
        "worker": {"command": played, "replicas": workers},
    }
    if secrets(script):
        spec["env"] = {"secretRefs": [{"name": f"{name}-secrets"}]}
    return {"apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": name}, "spec": spec}


def compose(script: Script, workers: int) -> dict[str, Any]:
    """Return the services of a compose file: one master and its workers."""
    volumes = [f"./{file}:{SOURCES}/{file}:ro" for file in ("locustfile.py", "script.json")]
    both: dict[str, Any] = {"build": ".", "image": image(), "volumes": volumes}
    if names := secrets(script):
        both["environment"] = list(names)
    played = ["-f", f"{SOURCES}/locustfile.py"]
    master = [*played, "--master", "--headless", "--expect-workers", str(workers)]
    master += ["--expect-workers-max-wait", str(WAIT_S)]
    master += ["--scalecheck-script", f"{SOURCES}/script.json", "--scalecheck-keep", "/reports/swarm.jsonl"]
    return {
        "services": {
            "master": {**both, "volumes": [*volumes, "./reports:/reports"], "command": master},
            "worker": {
                **both,
                "command": [*played, "--worker", "--master-host", "master"],
                "deploy": {"replicas": workers},
                "depends_on": ["master"],
            },
        }
    }


def secrets(script: Script) -> tuple[str, ...]:
    """Return the environment variables that a script's headers name; every worker and the master need them."""
    return tuple(sorted(set(PLACEHOLDER.findall(json.dumps(script.profile)))))


def _reports(folder: Path) -> None:
    """Make the folder that the master's container writes to, as a user whom this machine does not know."""
    try:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
    except OSError as error:
        raise UsageError(f"--export: {folder} cannot be written: {error.strerror}") from None


def _name(script: Script) -> str:
    """Return a name as Kubernetes takes it, of the site and the shape."""
    host = re.sub(r"^https?://", "", str(script.profile.get("site", "site"))).partition("/")[0]
    text = re.sub(r"[^a-z0-9]+", "-", f"{host}-{script.shape}".lower()).strip("-")
    return f"scalecheck-{text}"[:50].rstrip("-")


def _yaml(*documents: Mapping[str, Any]) -> str:
    import yaml

    text: str = yaml.safe_dump_all(documents, sort_keys=False, width=10_000)
    return text
