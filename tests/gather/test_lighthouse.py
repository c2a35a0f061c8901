"""Running Lighthouse: what is started, what it may take, and what is left of it."""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scalecheck.gather.browsers import BrowserMissing, Containment
from scalecheck.gather.lighthouse import Lighthouse, find_lighthouse, options
from scalecheck.model.evidence import Ask, Failure, LabRun, Loss, Request
from scalecheck.model.profile import Profile
from scalecheck.wire.viewport import Viewport
from tests.gather.test_programs import gone, pid_in

pytestmark = pytest.mark.live

SITE = "http://127.0.0.1:8080"
PAGE = f"{SITE}/page?q=a b&c=$(id)"
CHROME = """
case "$1" in --version) echo "Chromium 140.0.7339.80 built on Debian"; exit;; esac
printf '%s\\n' "$@" > {folder}/chrome-arguments
echo $$ > {folder}/chrome-pid
echo noise >&2
echo "DevTools listening on ws://127.0.0.1:45678/devtools/browser/0-1" >&2
exec sleep 600
"""
REPORT = {
    "lighthouseVersion": "13.0.1",
    "runWarnings": [],
    "environment": {"benchmarkIndex": 1500.5},
    "configSettings": {
        "throttlingMethod": "simulate",
        "throttling": {"rttMs": 150, "throughputKbps": 1638.4, "cpuSlowdownMultiplier": 4},
    },
    "audits": {
        "largest-contentful-paint": {"numericValue": 2500.5},
        "cumulative-layout-shift": {"numericValue": 0.05},
    },
}

UNPAINTED = {"runtimeError": {"code": "NO_FCP", "message": "The page did not paint."}, "audits": {}}


class Machine:
    """A folder of fake programs: a browser, and a Lighthouse that does what a script says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.has("chromium", CHROME.format(folder=folder))

    def has(self, name: str, script: str) -> Path:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def lighthouse(self, script: str, version: str = "13.0.1") -> str:
        """Install a Lighthouse; returns its command."""
        told = f'case "$*" in *--version*) echo "{version}"; exit;; esac'
        return str(self.has("lighthouse", f"{told}\necho $$ > {self.folder}/pid\n{script}"))

    def reporting(self, report: object) -> str:
        (self.folder / "report.json").write_text(report if isinstance(report, str) else json.dumps(report))
        return self.lighthouse(f'printf "%s\\n" "$@" > {self.folder}/arguments; cat {self.folder}/report.json')

    def profile(self, command: str | None, **browser: Any) -> Profile:
        chosen = {"chrome": str(self.folder / "chromium"), "timeout": "20s", **browser}
        if command is not None:
            chosen["lighthouse"] = command
        return Profile.model_validate({"site": SITE, "browser": chosen})

    def run(self, command: str | None, label: str = "mobile 1", url: str = PAGE, **browser: Any) -> LabRun | Failure:
        async def one() -> LabRun | Failure:
            async with Lighthouse(self.profile(command, **browser)) as agent:
                return await agent.send("lab_runs", Ask(Request(url), 3, label), 7)

        return asyncio.run(one())

    def lost(self, command: str | None, **keys: Any) -> str:
        """Return why a run was lost; that the browser was is asserted."""
        found = self.run(command, **keys)
        assert isinstance(found, Failure)
        assert found.loss is Loss.BROWSER
        assert len(found.detail.splitlines()) == 1
        return found.detail

    def arguments(self, of: str = "arguments") -> list[str]:
        return (self.folder / of).read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("scalecheck.gather.programs._with_room", lambda: str(tmp_path / "tmp"))
    monkeypatch.delenv("CHROME_PATH", raising=False)
    return Machine(tmp_path)


def left(machine: Machine) -> list[Path]:
    """Return what is left of temporary folders."""
    return list((machine.folder / "tmp").iterdir())


def test_a_report_becomes_a_record(machine: Machine) -> None:
    found = machine.run(machine.reporting(REPORT))
    assert isinstance(found, LabRun)
    assert (found.number, found.probe, found.ask.of, found.ask.label) == (7, "lab_runs", 3, "mobile 1")
    assert (found.lighthouse, found.browser) == ("13.0.1", "Chromium 140.0.7339.80")
    assert found.metrics == {"lcp_s": 2.5005, "cls": 0.05}
    assert found.throttling == "simulate: 150 ms, 1638.4 kbit/s, processor 4 times slower"
    assert found.benchmark == 1500.5
    assert found.warnings == ()
    assert found.sent_at <= found.received_at


def test_nothing_is_left_of_a_run(machine: Machine) -> None:
    machine.run(machine.reporting(REPORT))
    assert gone(pid_in(machine.folder / "chrome-pid"))
    assert gone(pid_in(machine.folder / "pid"))
    assert left(machine) == []


def test_the_url_is_one_argument_and_the_port_the_browsers(machine: Machine) -> None:
    machine.run(machine.reporting(REPORT))
    arguments = machine.arguments()
    assert arguments[0] == PAGE
    assert "--port=45678" in arguments


def test_the_browser_asks_the_site_alone(machine: Machine) -> None:
    machine.run(machine.reporting(REPORT))
    flags = machine.arguments("chrome-arguments")
    assert "--host-resolver-rules=MAP 127.0.0.1:8080 127.0.0.1:8080, MAP * ~NOTFOUND" in flags
    assert "--no-proxy-server" in flags
    assert ("--no-sandbox" in flags) is (os.geteuid() == 0)


def test_lighthouse_could_start_no_browser_of_its_own(machine: Machine) -> None:
    command = machine.lighthouse(
        f"echo $CHROME_PATH > {machine.folder}/path; echo $npm_config_yes > {machine.folder}/yes; exit 1"
    )
    machine.lost(command)
    assert (machine.folder / "path").read_text().strip().endswith("/false")
    assert (machine.folder / "yes").read_text() == "false\n"


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ("exit 1", "Lighthouse ended with exit code 1: it said nothing"),
        ("echo Runtime error encountered >&2; exit 1", "Lighthouse ended with exit code 1: Runtime error encountered"),
        ("echo '\x1b[31mred\x1b[0m' >&2; echo >&2; exit 2", "Lighthouse ended with exit code 2: red"),
        ("kill -9 $$", "Lighthouse ended with exit code -9: it said nothing"),
        ("exit 0", "Lighthouse ended without a report"),
        ("echo '<html>'", "expected a report in JSON, Lighthouse printed '<html>'"),
        ("echo '[1]'", "expected a report with audits, Lighthouse printed other JSON"),
        ("head -c 3000 /dev/urandom", "expected a report in JSON"),
        ("""echo '{"audits": {}}'""", "Lighthouse measured nothing: its report holds no figures"),
        (
            f"echo '{json.dumps(UNPAINTED)}'; exit 1",
            "Lighthouse failed: NO_FCP: The page did not paint.",
        ),
        (
            f"echo '{json.dumps(UNPAINTED)}'",
            "Lighthouse failed: NO_FCP: The page did not paint.",
        ),
        ("yes '{}'", "Lighthouse gave no report that could be read: it printed more than 32 MB"),
    ],
)
def test_a_run_without_figures_says_why(script: str, detail: str, machine: Machine) -> None:
    assert machine.lost(machine.lighthouse(script)).startswith(detail)
    assert gone(pid_in(machine.folder / "chrome-pid"))
    assert left(machine) == []


def test_a_gigabyte_is_not_read(machine: Machine) -> None:
    began = time.monotonic()
    assert "more than 32 MB" in machine.lost(machine.lighthouse("head -c 1000000000 /dev/zero"))
    assert time.monotonic() - began < 10


def test_a_run_that_hangs_and_ignores_signals_is_ended(machine: Machine) -> None:
    child = f"sleep 600 & echo $! > {machine.folder}/child"
    command = machine.lighthouse(f"trap '' TERM INT HUP; {child}; touch $TMPDIR/file; while :; do sleep 1; done")
    assert machine.lost(command, timeout="1s") == "Lighthouse did not end within 1 s (browser.timeout)"
    assert all(gone(pid_in(machine.folder / name)) for name in ("pid", "child", "chrome-pid"))
    assert left(machine) == []


def test_what_lighthouse_leaves_running_is_ended(machine: Machine) -> None:
    machine.reporting(REPORT)
    command = machine.lighthouse(f"sleep 600 & echo $! > {machine.folder}/child; cat {machine.folder}/report.json")
    began = time.monotonic()
    assert isinstance(machine.run(command), LabRun)
    assert time.monotonic() - began < 10
    assert gone(pid_in(machine.folder / "child"))


def test_cancelling_ends_both(machine: Machine) -> None:
    command = machine.lighthouse("trap '' TERM INT; while :; do sleep 1; done")

    async def cancelled() -> None:
        async with Lighthouse(machine.profile(command)) as agent:
            task = asyncio.create_task(agent.send("lab_runs", Ask(Request(PAGE), 1, "mobile 1"), 2))
            while not (machine.folder / "pid").exists() or not (machine.folder / "pid").read_text():
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancelled())
    assert all(gone(pid_in(machine.folder / name)) for name in ("pid", "chrome-pid"))
    assert left(machine) == []


def test_runs_follow_each_other(machine: Machine) -> None:
    """Two at once would slow each other: the second would find the first one's mark."""
    mark, report = machine.folder / "running", machine.folder / "report.json"
    command = machine.lighthouse(f"mkdir {mark} || exit 9; sleep 0.3; rmdir {mark}; cat {report}")
    (machine.folder / "report.json").write_text(json.dumps(REPORT))

    async def three() -> list[LabRun | Failure]:
        async with Lighthouse(machine.profile(command)) as agent:
            asks = [Ask(Request(PAGE), 1, f"mobile {number}") for number in (1, 2, 3)]
            return await asyncio.gather(*(agent.send("lab_runs", ask, 5) for ask in asks))

    assert [type(each) for each in asyncio.run(three())] == [LabRun] * 3


@pytest.mark.parametrize(
    ("version", "detail"),
    [
        ("10.4.0", "Lighthouse 10.4.0 is too old: 11 or newer is needed"),
        ("9.6.8", "too old"),
        ("", "told no version"),
        ("usage: lighthouse", "told no version"),
    ],
)
def test_versions_that_will_not_do(version: str, detail: str, machine: Machine) -> None:
    assert detail in machine.lost(machine.lighthouse("exit 0", version))
    assert not (machine.folder / "pid").exists()


@pytest.mark.parametrize(
    ("version", "noted"),
    [("11.0.0", False), ("12.8.2", False), ("13.5.0", False), ("14.0.0-beta.1", True), ("20.1", True)],
)
def test_versions_that_will(version: str, noted: bool, machine: Machine) -> None:
    (machine.folder / "report.json").write_text(json.dumps({**REPORT, "lighthouseVersion": None}))
    found = machine.run(machine.lighthouse(f"cat {machine.folder}/report.json", version))
    assert isinstance(found, LabRun)
    assert found.lighthouse == version
    assert bool(found.warnings) is noted
    assert all("newer than those whose reports are known (11 to 13)" in each for each in found.warnings)


def test_a_version_that_does_not_come(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scalecheck.gather.lighthouse.VERSION_WITHIN_S", 0.3)
    assert "did not end within 0.3 s" in machine.lost(str(machine.has("lighthouse", "sleep 600")))


def test_what_is_missing_is_looked_for_once(machine: Machine) -> None:
    command = machine.has("lighthouse", f"echo asked >> {machine.folder}/asked; exit 1")

    async def two() -> list[LabRun | Failure]:
        async with Lighthouse(machine.profile(str(command))) as agent:
            return [await agent.send("lab_runs", Ask(Request(PAGE), 1, f"mobile {each}"), 5) for each in (1, 2)]

    assert len(asyncio.run(two())) == 2
    assert machine.arguments("asked") == ["asked"]


def test_a_browser_that_is_missing(machine: Machine) -> None:
    detail = machine.lost(machine.reporting(REPORT), chrome="/nowhere/chrome")
    assert detail.startswith("browser.chrome names /nowhere/chrome, which is no program")


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ("echo cannot open display >&2; exit 1", "Chromium 140.0.7339.80 did not start: cannot open display"),
        ("exit 0", "Chromium 140.0.7339.80 did not start: it said nothing"),
        ("sleep 600", "Lighthouse did not end within 1 s (browser.timeout)"),
        ("yes >&2", "Lighthouse did not end within 1 s (browser.timeout)"),
    ],
)
def test_a_browser_that_does_not_start(script: str, detail: str, machine: Machine) -> None:
    machine.has("chromium", f'case "$1" in --version) echo "Chromium 140.0.7339.80"; exit;; esac\n{script}')
    assert machine.lost(machine.reporting(REPORT), timeout="1s") == detail
    assert left(machine) == []


def test_a_browser_that_tells_no_version(machine: Machine) -> None:
    machine.has("chromium", "exit 0")
    assert "tells no version" in machine.lost(machine.reporting(REPORT))


def test_a_page_elsewhere_is_not_opened(machine: Machine) -> None:
    found = machine.run(machine.reporting(REPORT), url="http://127.0.0.1:9200/")
    assert isinstance(found, Failure)
    assert found.loss is Loss.FORBIDDEN
    assert not (machine.folder / "chrome-pid").exists()


def test_a_host_that_leads_nowhere(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(*_: object) -> Containment:
        return Containment(refused={"127.0.0.1": "127.0.0.1 cannot be resolved: no such name"})

    monkeypatch.setattr("scalecheck.gather.lighthouse.contained", nowhere)
    assert machine.lost(machine.reporting(REPORT)) == "127.0.0.1 cannot be resolved: no such name"
    assert not (machine.folder / "chrome-pid").exists()


def test_a_device_that_nobody_declared(machine: Machine) -> None:
    assert machine.lost(machine.reporting(REPORT), label="watch 1") == "the profile declares no viewport 'watch'"


def has(folder: Path, *names: str) -> Mapping[str, str]:
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def test_the_declared_command_comes_first(tmp_path: Path) -> None:
    environment = has(tmp_path, "lighthouse", "npx", "mine")
    assert find_lighthouse("mine --flag 'a b'", environment) == ("mine", "--flag", "a b")


def test_then_the_one_on_the_path_then_that_of_npx(tmp_path: Path) -> None:
    environment = has(tmp_path, "npx")
    assert find_lighthouse(None, environment) == (str(tmp_path / "npx"), "--no-install", "lighthouse")
    assert find_lighthouse(None, has(tmp_path, "lighthouse")) == (str(tmp_path / "lighthouse"),)


@pytest.mark.parametrize(
    ("declared", "detail"),
    [
        (None, "no Lighthouse was found; install it"),
        ("nothing-of-it", "browser.lighthouse names nothing-of-it, which is no program"),
        ("'unbalanced", "browser.lighthouse is no command: No closing quotation"),
        ("  ", "it is empty"),
    ],
)
def test_no_command(declared: str | None, detail: str, tmp_path: Path) -> None:
    with pytest.raises(BrowserMissing, match=detail):
        find_lighthouse(declared, {"PATH": str(tmp_path)})


def test_what_npx_does_not_have(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """npx is asked in a way that lets it download nothing."""
    npx = machine.has("npx", f'echo "$@" > {machine.folder}/asked; echo npm error canceled >&2; exit 1')
    monkeypatch.setenv("PATH", f"{machine.folder}:/usr/bin:/bin")
    detail = machine.lost(None)
    assert "npm error canceled" in detail
    assert machine.arguments("asked") == ["--no-install lighthouse --version"]
    assert str(npx) in detail


def test_options_of_a_telephone() -> None:
    chosen = options(Viewport(412, 823, 1.75), 9222, 90)
    assert chosen[:5] == (
        "--form-factor=mobile",
        "--screenEmulation.mobile",
        "--screenEmulation.width=412",
        "--screenEmulation.height=823",
        "--screenEmulation.deviceScaleFactor=1.75",
    )
    assert "--max-wait-for-load=45000" in chosen


def test_options_of_a_desktop() -> None:
    chosen = options(Viewport(1350, 940, 1), 9222, 20)
    assert chosen[0] == "--preset=desktop"
    assert not any("mobile" in each for each in chosen)
    assert "--max-wait-for-load=10000" in chosen
