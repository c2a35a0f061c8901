"""What is exported for other machines, and that Locust plays it as the operator starts it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalecheck import __version__
from scalecheck.cli.exit import UsageError
from scalecheck.cli.swarm_export import EVIDENCE, LOCUSTFILE, MOST_WORKERS, SOURCES, compose, exported, locust_test
from scalecheck.gather.record import read_evidence
from scalecheck.model.load import Happening
from scalecheck.model.profile import Profile
from scalecheck.swarm.script import Script
from tests.cli.running import scalecheck
from tests.swarm.targets import Target
from tests.swarm.test_channel import free_port
from tests.swarm.test_faults import PER_S, profile

ROOT = Path(__file__).parents[2]
SPEC = {
    *("image", "imagePullPolicy", "imagePullSecrets", "master", "worker", "testFiles", "scheduling", "env"),
    *("volumes", "volumeMounts", "security", "observability"),
}
FIELDS: Mapping[str, set[str]] = {
    "master": {"command", "resources", "labels", "annotations", "autostart", "autoquit", "extraArgs"},
    "worker": {"command", "replicas", "resources", "labels", "annotations", "extraArgs"},
    "testFiles": {"configMapRef", "libConfigMapRef", "srcMountPath", "libMountPath"},
    "env": {"configMapRefs", "secretRefs", "variables", "secretMounts"},
}
"""Fields of a LocustTest: AbdelrhmanHamouda/locust-k8s-operator 2.x, api/v2/locusttest_types.go."""


def script(**keys: Any) -> Script:
    made = Profile.model_validate({"site": "https://shop.test:8443", **keys})
    return Script(made.portable(), "spike-10x", 1.0, 1, "run", "2026-11-27")


SECRET = {"traffic": {"routes": {"GET /api/x": {"headers": {"Authorization": "Bearer ${env:SHOP_TOKEN}"}}}}}


@pytest.mark.parametrize("keys", [{}, SECRET], ids=["plain", "with a secret"])
def test_a_locust_test_has_the_operator_s_fields(keys: dict[str, Any]) -> None:
    made = locust_test("shop", script(**keys), 8)
    assert (made["apiVersion"], made["kind"]) == ("locust.io/v2", "LocustTest")
    assert set(made["spec"]) <= SPEC
    assert {"image", "master", "worker"} <= set(made["spec"])
    for part, known in FIELDS.items():
        assert set(made["spec"].get(part, {})) <= known
    assert made["spec"]["master"]["autoquit"] == {"enabled": True, "timeout": 0}
    assert made["spec"].get("env") == ({"secretRefs": [{"name": "shop-secrets"}]} if keys else None)


@pytest.mark.parametrize("kind", ["k8s", "compose"])
def test_files_are_written_and_secrets_are_not(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    files = exported(kind, script(**SECRET), tmp_path, 3)
    texts = {each.name: each.read_text() for each in files}
    assert f"FROM locustio/locust:{version('locust')}\n" in texts["Dockerfile"]
    assert f"scalecheck=={__version__}" in texts["Dockerfile"]
    assert "s3cret" not in "".join(texts.values())
    if kind == "k8s":
        config, test = yaml.safe_load_all(texts["locusttest.yaml"])
        assert (
            config["metadata"]["name"]
            == test["spec"]["testFiles"]["configMapRef"]
            == "scalecheck-shop-test-8443-spike-10x"
        )
        assert Script.from_json(config["data"]["script.json"]) == script(**SECRET)
        assert test["spec"]["worker"]["replicas"] == 3
    else:
        made = yaml.safe_load(texts["compose.yaml"])
        assert made == compose(script(**SECRET), 3)
        assert made["services"]["worker"]["deploy"] == {"replicas": 3}
        assert made["services"]["master"]["environment"] == ["SHOP_TOKEN"]
        assert set(texts) == {"Dockerfile", "compose.yaml", "locustfile.py", "script.json"}
        assert (tmp_path / "reports").stat().st_mode & 0o777 == 0o777  # the image's user is not known here


REFUSED: list[tuple[str, Script, int, str]] = [
    ("helm", script(), 1, "--export helm: expected k8s or compose"),
    ("k8s", script(), MOST_WORKERS + 1, "501 workers, the operator takes 500"),
    (
        "k8s",
        script(routes={f"r{n}": {"path": f"/{'x' * 2000}{n}", "kind": "ssg"} for n in range(600)}),
        1,
        "a ConfigMap takes 1,048,576",
    ),
]


@pytest.mark.parametrize(("kind", "played", "workers", "message"), REFUSED, ids=["kind", "workers", "size"])
def test_what_cannot_be_exported(tmp_path: Path, kind: str, played: Script, workers: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        exported(kind, played, tmp_path, workers)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.live
@pytest.mark.parametrize(
    ("keep", "text", "message"),
    [
        ("none/such/swarm.jsonl", "{}", "no script"),
        ("script.json/swarm.jsonl", None, "script.json: File exists"),
    ],
    ids=["no script", "nowhere to write"],
)
def test_a_master_that_cannot_begin_says_why_and_ends(
    keep: str, text: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    made = script(traffic={"shapes": {"spike-10x": [{"hold": "1x", "for": "1s"}]}})
    (tmp_path / "script.json").write_text(made.to_json() if text is None else text)
    (tmp_path / "locustfile.py").write_text(LOCUSTFILE)
    words = ("--headless", "-f", "locustfile.py", "--scalecheck-script", "script.json", "--scalecheck-keep", keep)
    command = [sys.executable, "-m", "locust", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr
    assert done.stderr.splitlines()[-1].startswith("scalecheck: ")
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.live
def test_locust_plays_what_the_operator_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Master and workers with the arguments of internal/resources/command.go; folders and ports are this machine's."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    port = free_port()
    with Target() as target, ExitStack() as ending:
        (tmp_path / "shop.yaml").write_text(profile(target.url, 3))
        words = ("-p", "shop.yaml", "-s", "short", "--export", "k8s", "--export-to", "out", "--expect-workers", 2, "-q")
        assert scalecheck(monkeypatch, tmp_path, "swarm", *words).code == 0
        config, test = yaml.safe_load_all((tmp_path / "out/locusttest.yaml").read_text())
        for file, text in config["data"].items():
            (tmp_path / file).write_text(text)
        evidence = tmp_path / "swarm.jsonl"

        def locust(command: str, *managed: str) -> "subprocess.Popen[str]":
            here = command.replace(SOURCES, str(tmp_path)).replace(EVIDENCE, str(evidence))
            words = [sys.executable, "-m", "locust", *here.split(), *managed]
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=tmp_path)

        spec = test["spec"]
        managed = [
            "--master",
            f"--master-port={port}",
            f"--master-bind-port={port}",
            "--expect-workers=2",
            "--autostart",
        ]
        managed += ["--autoquit", "0", "--enable-rebalancing", "--only-summary", *spec["master"]["extraArgs"]]
        local = ["--master-bind-host", "127.0.0.1", "--web-host", "127.0.0.1", "--web-port", str(free_port())]
        master = ending.enter_context(locust(spec["master"]["command"], *managed, *local))
        ending.callback(master.kill)
        for _ in range(2):
            worker = locust(spec["worker"]["command"], "--worker", f"--master-port={port}", "--master-host=127.0.0.1")
            ending.enter_context(worker)
            ending.callback(worker.kill)
        out, _ = master.communicate(timeout=60)
    assert master.returncode == 0, out
    report = json.loads(out.splitlines()[-1])
    assert (report["verdict"], report["exit_code"], report["profile"]) == ("pass", 0, "shop.yaml")
    assert "PASS, exit 0" in out
    load = read_evidence(evidence).load
    assert load is not None
    assert [each.what for each in load.events] == [Happening.ENDED]
    assert load.run.workers == 2
    assert load.run.bare == tuple({key.name for key in load.run.planned})
    assert sum(t.answered for w in load.windows for k, t in w.tallies.items() if k.part.value == "page") == 3 * PER_S
