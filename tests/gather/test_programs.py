"""Programs of others: bounded, and gone when the block ends."""

import asyncio
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from scalecheck.gather.programs import LINE_LENGTH, ProgramError, folder, one_line, program

pytestmark = pytest.mark.live

ENVIRONMENT = dict(os.environ)


def sh(text: str) -> tuple[str, ...]:
    return "sh", "-c", text


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and lies there until its parent looks does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int, within_s: float = 3.0) -> bool:
    ends = time.monotonic() + within_s
    while alive(pid) and time.monotonic() < ends:
        time.sleep(0.02)
    return not alive(pid)


def pid_in(path: Path) -> int:
    return int(path.read_text())


async def ran(text: str, **limits: int) -> tuple[int, bytes, str]:
    async with program(sh(text), ENVIRONMENT, **limits) as run:
        code = await run.ended()
        return code, run.out, run.last_words


def test_what_it_prints_and_its_end() -> None:
    assert asyncio.run(ran("echo out; echo err >&2; exit 3")) == (3, b"out\n", "err")


def test_it_reads_nothing() -> None:
    assert asyncio.run(ran("cat"))[:2] == (0, b"")


def test_all_of_a_long_output_is_kept() -> None:
    code, out, _ = asyncio.run(ran("head -c 900000 /dev/zero"))
    assert (code, len(out)) == (0, 900_000)


def test_too_much_is_not_read() -> None:
    began = time.monotonic()
    with pytest.raises(ProgramError, match="more than 1 MB"):
        asyncio.run(ran("yes", most_bytes=1_000_000))
    assert time.monotonic() - began < 5


def test_of_standard_error_the_end_is_kept() -> None:
    assert asyncio.run(ran("head -c 300000 /dev/zero >&2; echo >&2; echo why >&2; echo >&2"))[2] == "why"


def test_what_cannot_be_started() -> None:
    async def start() -> None:
        async with program(("/nonexistent",), ENVIRONMENT):
            pass

    with pytest.raises(ProgramError, match="/nonexistent cannot be started: No such file"):
        asyncio.run(start())


def test_what_it_left_running_is_ended_with_it(tmp_path: Path) -> None:
    """The child holds standard output: waiting for its end would take for ever."""
    code, out, _ = asyncio.run(ran(f"sleep 600 & echo $! > {tmp_path}/pid; echo done"))
    assert (code, out) == (0, b"done\n")
    assert gone(pid_in(tmp_path / "pid"))


def test_what_ignores_sigterm_is_ended(tmp_path: Path) -> None:
    async def leave() -> None:
        text = f"trap '' TERM INT; echo $$ > {tmp_path}/pid; echo up >&2; while :; do sleep 1; done"
        async with program(sh(text), ENVIRONMENT) as run:
            assert await run.says(re.compile("up"))

    asyncio.run(leave())
    assert gone(pid_in(tmp_path / "pid"))


def test_cancelling_ends_it(tmp_path: Path) -> None:
    async def hang() -> None:
        async with program(sh(f"sleep 600 & echo $! > {tmp_path}/pid; wait"), ENVIRONMENT) as run:
            await run.ended()

    async def cancelled() -> None:
        task = asyncio.create_task(hang())
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert gone(pid_in(tmp_path / "pid"))


def test_cancelling_ends_what_has_only_just_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> None:
        async with program(sh(f"sleep 600 & echo $! > {tmp_path}/pid; wait"), ENVIRONMENT):
            raise AssertionError("it was to be cancelled before")

    async def cancelled() -> None:
        loop = asyncio.get_running_loop()
        start = loop.subprocess_exec

        async def slowly(*words: Any, **options: Any) -> Any:
            started = await start(*words, **options)
            while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0.1)
            return started

        monkeypatch.setattr(loop, "subprocess_exec", slowly)
        task = asyncio.create_task(hang())
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert gone(pid_in(tmp_path / "pid"))


def test_a_child_in_a_group_of_its_own_holds_nobody_up(tmp_path: Path) -> None:
    text = (
        f"setsid sh -c 'echo $$ > {tmp_path}/pid; exec sleep 20' & while [ ! -s {tmp_path}/pid ]; do sleep 0.05; done"
    )
    began = time.monotonic()
    assert asyncio.run(ran(text))[0] == 0
    assert time.monotonic() - began < 10
    os.kill(pid_in(tmp_path / "pid"), 9)


def test_what_says_nothing_more_has_said_nothing() -> None:
    async def listen() -> object:
        async with program(sh("echo nothing of it >&2"), ENVIRONMENT) as run:
            return await run.says(re.compile("DevTools"))

    assert asyncio.run(listen()) is None


def test_a_folder_goes_with_all_that_is_in_it() -> None:
    with folder() as made:
        (made / "a" / "b").mkdir(parents=True)
        (made / "a" / "b" / "c").write_text("x")
    assert not made.exists()


def test_a_folder_goes_when_the_block_fails() -> None:
    with pytest.raises(KeyError), folder() as made:
        raise KeyError(str(made))
    assert not made.exists()


def test_a_folder_leaves_room_for_the_name_of_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 60)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with folder() as made:
        assert made.parent == Path("/tmp")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a\tb\nc ", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("bell\x07 \u202eturned", "bell\\x07 \\u{202e}turned"),
        ("", ""),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


def test_one_line_is_short() -> None:
    assert len(one_line("x" * 10_000)) < LINE_LENGTH + 30
