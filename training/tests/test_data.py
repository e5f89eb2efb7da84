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
    with pytest.raises(ValueError, match="a set comes twice"):
        load_creatives(one, one)


def test_sets_of_the_same_products_keep_their_creatives_apart(tmp_path: Path) -> None:
    one, two = write_stand_in(tmp_path / "one"), write_stand_in(tmp_path / "two")
    both, alone = load_creatives(one, two), load_creatives(one)
    count = len(alone.files)
    assert len(both.files) == 2 * count
    assert len(both.products) == len(alone.products)
    assert both.pairs[: len(alone.pairs)] == alone.pairs
    later = both.pairs[len(alone.pairs)]
    assert (later["id"], later["a"]) == ("two/p0-0", "two/p0a")
    assert both.order["two/p0a"] == count
    assert both.split_of("two/p0a") == alone.split_of("p0a")


def test_a_product_in_two_splits_is_refused(tmp_path: Path) -> None:
    one, two = write_stand_in(tmp_path / "one"), write_stand_in(tmp_path / "two")
    table = two / "products.jsonl"
    table.write_text(table.read_text("utf-8").replace('"train"', '"val"', 1), "utf-8")
    with pytest.raises(ValueError, match="two: product p0 lies in another split"):
        load_creatives(one, two)
