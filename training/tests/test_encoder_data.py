"""What the encoder learns from: purchases as cleaned, scenes, sessions, photographs held out."""

import json
from pathlib import Path

import pytest
import torch

from encoder import catalogue
from encoder.catalogue import Product, Search
from encoder.purchases import cleaned, named_entities
from encoder.splits import last_fifth


def test_cleaning_keeps_the_least_similar_query_that_names_enough() -> None:
    def product(key: str, texts: list[str], category: str = "lamp") -> Product:
        searches = [Search((text,), None, frozenset({key})) for text in texts]
        titles = ["Juno red Lamp", "朱诺红色台灯"]
        found = {"purchase": searches, "click": searches}
        return Product(key, "catalogue", "train", category, titles, [], [], [], found)

    known = {"red lamp": 0.9, "juno lamp": 0.4, "lamp": 0.1, "红色台灯": 0.5}
    products = [
        product("a", ["red lamp", "juno lamp", "lamp"]),
        product("b", ["lamp"]),
        product("c", ["红色台灯", "red lamp"]),
    ]
    kept, shares = cleaned(products, lambda texts, _: torch.tensor([known[t] for t in texts]))
    assert {p.key: [s.texts for s in p.searches["purchase"]] for p in kept} == {
        "a": [("juno lamp",)],
        "c": [("红色台灯",)],
    }
    assert all("click" not in p.searches for p in kept)
    assert shares == {"a": 3.0, "c": 3.0}  # six purchases of lamps, two lamps left
    assert named_entities("lamp", products[0]) == 1


def test_scenes_are_right_products_shown_once_with_their_place(tmp_path: Path) -> None:
    factors = {
        "match": "right", "count": 1, "inset": False, "columns": False,
        "x": 0.2, "y": 0.7, "size_level": "small",
    }  # fmt: skip
    rows = [
        {"product_id": "p", "file": "a.webp", "factors": factors},
        {"product_id": "p", "file": "b.webp", "factors": {**factors, "match": "wrong_color"}},
        {"product_id": "p", "file": "c.webp", "factors": {**factors, "count": 2}},
        {"product_id": "q", "file": "d.webp", "factors": {**factors, "x": 0.5, "y": 0.5}},
    ]
    (tmp_path / "creatives.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = catalogue.scenes(tmp_path)
    assert [scene.path.name for scene in found["p"]] == ["a.webp"]
    assert found["p"][0].places == ["left, bottom, small", "左侧，下部，小"]
    assert found["q"][0].places[0] == "centre, middle, small"


def test_a_session_counts_under_its_strongest_signal(tmp_path: Path) -> None:
    rows = [
        {"query": {"en": "red lamp", "zh": "红色台灯"}, "shown": ["a", "b", "c", "d"],
         "clicked": ["a", "b", "c"], "carted": ["a", "b"], "purchased": ["a"]},
        {"image": "views/a-1.webp", "shown": ["b", "a"], "clicked": ["a"], "carted": ["a"],
         "purchased": ["a"]},
    ]  # fmt: skip
    (tmp_path / "sessions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = catalogue.sessions(tmp_path)
    assert {key: sorted(by) for key, by in found.items()} == {
        "a": ["purchase"],
        "b": ["cart"],
        "c": ["click"],
    }
    typed, shot = found["a"]["purchase"]
    assert typed.texts == ("red lamp", "红色台灯")
    assert typed.image is None
    assert typed.passed == ("d",)
    assert typed.clicked == {"a", "b", "c"}
    assert shot.texts == ()
    assert shot.image == tmp_path / "views/a-1.webp"


@pytest.mark.parametrize(("count", "held"), [(1, 1), (4, 1), (5, 1), (6, 2), (10, 2), (11, 3)])
def test_the_last_fifth_of_an_items_photos_is_held_out(count: int, held: int) -> None:
    names = [f"train/Item_{number:03d}.webp" for number in range(1, count + 1)]
    assert last_fifth(reversed(names)) == set(names[count - held :])
