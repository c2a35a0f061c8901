"""Every word that a vendor's status header is known to say, in answers as that vendor sends them.

vendor_words.txt has a block for each vocabulary: `@ vendor | field lines that come with it`, then one line for each
word: `field line => STATE`, with a `?` behind it where the state must not decide a verdict.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scalecheck.wire.fields import Fields
from scalecheck.wire.vendor_data import vocabularies
from scalecheck.wire.vendors import CacheState, State, cache_states

TABLE = Path(__file__).with_name("vendor_words.txt")


def rows() -> Iterator[tuple[str, tuple[str, ...], str, State, bool]]:
    vendor, around = "", tuple[str, ...]()
    for line in TABLE.read_text().splitlines():
        if line.startswith("@ "):
            vendor, *lines = line[2:].split(" | ")
            around = tuple(lines)
        elif " => " in line:
            said, _, expected = line.partition(" => ")
            state, _, doubt = expected.partition(" ")
            yield vendor, around, said, State[state], not doubt


ROWS = tuple(rows())


def fields(*lines: str) -> Fields:
    return Fields(tuple((name, value.lstrip()) for name, _, value in (line.partition(":") for line in lines)))


@pytest.mark.parametrize(
    ("vendor", "around", "said", "state", "certain"), ROWS, ids=[f"{row[0]} {row[2]}" for row in ROWS]
)
def test_word(vendor: str, around: tuple[str, ...], said: str, state: State, certain: bool) -> None:
    states = cache_states(fields(*around, said))
    last = states[-1] if states else CacheState("-", "", "", State.NONE, certain=False)
    assert (last.vendor or "-", last.state, last.certain) == (vendor, state, certain)
    assert len(states) <= 1


def test_table_is_whole() -> None:
    assert len(ROWS) == 220
    # H2O and HAProxy say nothing, so they have no words; one of Souin's stands for two rows, stored and not stored.
    assert sum(len(vocabulary.values) for vocabulary in vocabularies()) == 220 - 2 - 1
