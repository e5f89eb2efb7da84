"""The pictures that a less tidy catalogue would show."""

import random
from pathlib import Path

from encoder.catalogue import Product, Search
from encoder.evaluate import other_picture

ASKED = Path("asked.webp")


def product(other_rows: list[int]) -> Product:
    """A product with main picture 0; somebody searched with picture 1 and bought it."""
    bought = Search((), ASKED, frozenset({"p"}))
    made = Product(
        "p", "catalogue", "test", "mug", ["Mug"], ["Mug"], [], [], {"purchase": [bought]}
    )
    made.main_rows, made.other_rows = [0], other_rows
    return made


def drawn(other_rows: list[int]) -> set[int]:
    rng = random.Random(1)
    return {other_picture(product(other_rows), {ASKED: 1}, rng) for _ in range(50)}


def test_a_further_picture_is_taken_that_no_query_shows() -> None:
    assert drawn([1, 2, 3]) == {2, 3}


def test_the_main_picture_stays_where_there_is_no_further_one() -> None:
    assert drawn([1]) == {0}
    assert drawn([]) == {0}
