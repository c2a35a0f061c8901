"""Evidence of the front ends, recorded by `python -m tests.peers.record`, is judged as their live audit was."""

import gzip
from pathlib import Path

import pytest

from tests.peers import breaks
from tests.peers.audit import judge

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "broken", "kept"),
    [("nextjs", breaks.NEXTJS, breaks.NEXTJS_KEEPS), ("vite", breaks.VITE, breaks.VITE_KEEPS)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_recorded_evidence_gives_the_same_outcomes(
    name: str, broken: dict[str, str], kept: set[str], tmp_path: Path
) -> None:
    evidence = tmp_path / f"{name}.jsonl"
    evidence.write_bytes(gzip.decompress((GOLDEN / f"{name}.jsonl.gz").read_bytes()))
    told = judge(evidence, tmp_path)
    assert told.checks("fail", "unknown") == set(broken), str(told)
    assert told.checks("pass") >= kept, str(told)
    assert told.exit_code == 1, str(told)
