"""`scalecheck swarm`: the declared traffic, played by Locust, measured and judged."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from scalecheck.cli.audit import BEFORE, CA_FILE, CONNECT_TO, FORMAT, PROFILE, QUIET, URL, VERBOSE
from scalecheck.cli.completion import shapes_known
from scalecheck.cli.exit import UsageError

EPILOG = """Examples:

\b
  scalecheck swarm --profile shop --shape smoke
  scalecheck swarm --profile shop --shape spike-10x --scale 1% https://staging.example.com
  scalecheck swarm --profile shop --shape steady --i-may-load shop.example.com --format junit=reports/load.xml
  scalecheck swarm --profile shop --shape day --master --expect-workers 8    on one machine, and on the others
  scalecheck swarm --worker --master-host 10.0.0.7
  scalecheck swarm --profile shop --shape day --export k8s --expect-workers 8

The first Ctrl-C ramps down and waits for answers, the second ends at once; either way what was measured is judged.

Exit codes: 0 may ship, 1 must not ship, 2 the command or the profile is wrong, 3 could not be judged,
130 interrupted."""

SHAPE = Annotated[
    str | None,
    typer.Option("--shape", "-s", help="Which of the profile's shapes.", metavar="NAME", autocompletion=shapes_known),
]
SCALE = Annotated[str, typer.Option("--scale", help="How much of it: 1%, 0.5x.", metavar="SHARE")]
SEED = Annotated[int, typer.Option("--seed", min=0, help="Who arrives when, and what they see; the same for the same.")]
PROCESSES = Annotated[
    int | None,
    typer.Option("--processes", min=1, max=512, help="Workers on this machine; default: as many as the load needs."),
]
MASTER = Annotated[bool, typer.Option("--master", help="Have workers on other machines play it.")]
WORKER = Annotated[bool, typer.Option("--worker", help="Be such a worker; the profile comes from the master.")]
EXPECT = Annotated[int | None, typer.Option("--expect-workers", min=1, help="With --master: how many there are.")]
WAIT = Annotated[
    int, typer.Option("--expect-workers-max-wait", min=1, help="Seconds until workers that do not come are given up.")
]
MASTER_HOST = Annotated[str, typer.Option("--master-host", help="With --worker: where the master is.", metavar="HOST")]
BIND_HOST = Annotated[
    str, typer.Option("--master-bind-host", help="With --master: the address to listen at.", metavar="HOST")
]
PORT = Annotated[int, typer.Option("--master-port", min=1, max=65535, help="Where master and workers meet.")]
KEEP = Annotated[
    Path | None,
    typer.Option("--keep", help="Where the evidence is written; without it reports/swarm.jsonl.", metavar="FILE"),
]
MAY_LOAD = Annotated[
    list[str] | None,
    typer.Option(
        "--i-may-load",
        help="A host that need not prove its consent, since it is yours or you have asked; may be repeated.",
        metavar="HOST",
    ),
]
WEB = Annotated[bool, typer.Option("--web", help="Serve Locust's web UI at http://127.0.0.1:8089 meanwhile.")]
LOCUST = Annotated[
    str, typer.Option("--locust", help="More options for Locust, in one word: '--csv reports/locust'.", metavar="WORDS")
]
LOCUSTFILE = Annotated[
    Path | None,
    typer.Option(
        "--locustfile",
        help="Have the users of this file make the load, each a scalecheck.swarm.user.Visitor, as --locust says:"
        " '-u 50 -r 10 -t 1m'.",
        metavar="FILE",
        exists=True,
        dir_okay=False,
    ),
]
SCRIPT = Annotated[
    Path | None,
    typer.Option("--script", help="Write what Locust would play to this file, and play nothing.", metavar="FILE"),
]


EXPORT = Annotated[
    str | None,
    typer.Option("--export", help="Write what other machines need, and play nothing: k8s or compose.", metavar="KIND"),
]
EXPORT_TO = Annotated[Path, typer.Option("--export-to", help="With --export: the folder.", metavar="DIR")]


OTLP = Annotated[
    str | None,
    typer.Option(
        "--otlp",
        help="Push metrics to this OpenTelemetry collector, by OTLP over HTTP: http://127.0.0.1:4318.",
        metavar="URL",
        envvar="OTEL_EXPORTER_OTLP_ENDPOINT",
        show_envvar=True,
    ),
]
PROMETHEUS = Annotated[
    str | None,
    typer.Option(
        "--prometheus", help="Show metrics to Prometheus: at a port, HOST:PORT, or in a file.", metavar="PORT|FILE"
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(epilog=EPILOG)(swarm)


def swarm(
    url: URL = None,
    profile: PROFILE = None,
    shape: SHAPE = None,
    scale: SCALE = "1x",
    seed: SEED = 1,
    processes: PROCESSES = None,
    master: MASTER = False,
    worker: WORKER = False,
    expect_workers: EXPECT = None,
    expect_workers_max_wait: WAIT = 120,
    master_host: MASTER_HOST = "127.0.0.1",
    master_bind_host: BIND_HOST = "*",
    master_port: PORT = 5557,
    formats: FORMAT = None,
    keep: KEEP = None,
    before: BEFORE = None,
    may_load: MAY_LOAD = None,
    connect_to: CONNECT_TO = None,
    ca_file: CA_FILE = None,
    web: WEB = False,
    locustfile: LOCUSTFILE = None,
    locust: LOCUST = "",
    script: SCRIPT = None,
    export: EXPORT = None,
    export_to: EXPORT_TO = Path("reports/swarm"),
    otlp: OTLP = None,
    prometheus: PROMETHEUS = None,
    verbose: VERBOSE = False,
    quiet: QUIET = False,
) -> None:
    """Play the declared traffic as visitors with browsers would make it, measure it, and judge it.

    What will be done is worked out and said first; nothing is sent beyond the profile's `safety`, nor to a host other
    than this machine that has not consented.
    """
    if worker:
        _be_a_worker(master_host, master_port, processes, ca_file)
    if master and processes is not None:
        raise UsageError("--processes: not with --master, whose workers are elsewhere; say --expect-workers")
    if master != (expect_workers is not None) and export is None:
        raise UsageError("--master and --expect-workers go together: a swarm begins when all of its workers are there")
    from scalecheck.cli.swarm_arithmetic import scale_of
    from scalecheck.cli.swarm_plan import Elsewhere, SwarmPlan
    from scalecheck.cli.swarm_run import run_swarm

    there = Elsewhere(processes, master, expect_workers, expect_workers_max_wait, master_bind_host, master_port)
    plan = SwarmPlan(
        url=url,
        profile=profile,
        shape=shape,
        scale=scale_of(scale),
        seed=seed,
        elsewhere=there,
        keep=keep,
        before=before,
        connect_to=connect_to,
        ca_file=ca_file,
        may_load=tuple(may_load or ()),
        web=web,
        locustfile=locustfile,
        locust=tuple(_words(locust, locustfile)),
        script=script,
        export=export,
        export_to=export_to,
        otlp=otlp,
        prometheus=prometheus,
        quiet=quiet,
    )
    run_swarm(plan, tuple(formats or ()), verbose=verbose)


def _words(text: str, locustfile: Path | None) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"--locust: {error}") from None
    if locustfile is not None and not any(word.startswith(("-t", "--run-time")) for word in words):
        raise UsageError("--locustfile: say how many users, and for how long: --locust '-u 50 -r 10 -t 1m'")
    return words


def _be_a_worker(host: str, port: int, processes: int | None, ca_file: Path | None) -> None:
    """Become Locust's worker; does not return."""
    import sys

    from scalecheck.cli.swarm_process import locustfile

    words = ["-f", str(locustfile()), "--worker", "--master-host", host, "--master-port", str(port)]
    if processes is not None:
        words += ["--processes", str(processes)]
    if ca_file is not None:
        words += ["--scalecheck-ca-file", str(ca_file)]
    os.execv(sys.executable, [sys.executable, "-m", "locust", *words])
