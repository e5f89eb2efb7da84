"""Several data sets read as one."""

from pathlib import Path

import pytest
from stand_in import write_stand_in

from selector.data import load_creatives


def test_two_sets_are_one(tmp_path: Path) -> None:
    one, two = write_stand_in(tmp_path / "one"), write_stand_in(tmp_path / "two", prefix="r")
    both = load_creatives(one, two)
    parts = load_creatives(one), load_creatives(two)
    assert both.files == [file for part in parts for file in part.files]
    assert all(file.exists() for file in both.files)
    assert both.pairs == [pair for part in parts for pair in part.pairs]
    assert both.name == "one+two"


def test_a_set_may_not_come_twice(tmp_path: Path) -> None:
    one = write_stand_in(tmp_path / "one")
    with pytest.raises(ValueError, match="one: creative p0a is in an earlier set"):
        load_creatives(one, one)
