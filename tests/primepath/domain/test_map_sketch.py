"""A sketch and the mapping of now determine the earlier mapping."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primepath.domain.map_sketch import (
    LARGEST_VALUE,
    MOST_DIFFERENCES,
    SKETCH_BYTES,
    MapSketch,
    UnknownKeyError,
)

keys = st.integers(0, 40).map("CLASS_{}".format)
values = st.integers(1, LARGEST_VALUE)
mappings = st.dictionaries(keys, values)
UNIVERSE = [f"CLASS_{number}" for number in range(41)]


@given(
    before=mappings,
    changes=st.dictionaries(keys, st.none() | values, max_size=MOST_DIFFERENCES),
)
def test_earlier_mapping_is_found(before: dict[str, int], changes: dict[str, int | None]) -> None:
    changed = {**before, **changes}
    now = {key: value for key, value in changed.items() if value is not None}
    stored = MapSketch.of(before).to_bytes()
    assert len(stored) == SKETCH_BYTES
    assert MapSketch.from_bytes(stored).earlier(now, UNIVERSE) == before


@given(before=mappings, now=mappings)
def test_mapping_with_too_many_differences_is_not_found(
    before: dict[str, int], now: dict[str, int]
) -> None:
    differences = len({key for key, _ in before.items() ^ now.items()})
    found = MapSketch.of(before).earlier(now, UNIVERSE)
    assert found == (before if differences <= MOST_DIFFERENCES else None)


def test_key_that_is_gone_must_be_among_the_others() -> None:
    sketch = MapSketch.of({"A": 1, "B": 2})
    with pytest.raises(UnknownKeyError):
        sketch.earlier({"A": 1})
    assert sketch.earlier({"A": 1}, ["C"]) is None
    assert sketch.earlier({"A": 1}, ["B", "C"]) == {"A": 1, "B": 2}


@pytest.mark.parametrize("size", [60, 605, 1_000])
def test_size_of_the_mapping_does_not_matter(size: int) -> None:
    chance = random.Random(size)
    before = {f"CLASS_{number}": chance.randint(1, LARGEST_VALUE) for number in range(size)}
    sketch = MapSketch.of(before)
    for count in (0, 1, MOST_DIFFERENCES, MOST_DIFFERENCES + 1, size):
        now = {**before, **dict.fromkeys(chance.sample(sorted(before), count), 7)}
        assert sketch.earlier(now, ()) == (before if count <= MOST_DIFFERENCES else None), count
