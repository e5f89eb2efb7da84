"""Reads folders written by `npm run creatives -- dataset`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.jsonl import read_jsonl


@dataclass(frozen=True)
class Creatives:
    """One data set or several. `order` gives each creative its row in pixel and feature arrays."""

    roots: tuple[Path, ...]
    products: dict[str, dict[str, Any]]
    creatives: dict[str, dict[str, Any]]
    pairs: list[dict[str, Any]]
    order: dict[str, int]

    @property
    def files(self) -> list[Path]:
        """Image files in row order."""
        return [self.creatives[name]["path"] for name in self.order]

    @property
    def name(self) -> str:
        """The folders' names."""
        return "+".join(root.name for root in self.roots)

    def split_of(self, creative_id: str) -> str:
        """The split of the product that a creative belongs to."""
        return self.products[self.creatives[creative_id]["product_id"]]["split"]

    def pairs_of(self, *splits: str) -> list[dict[str, Any]]:
        """Pairs of the given splits, in file order."""
        return [pair for pair in self.pairs if pair["split"] in splits]


def load_creatives(*roots: Path) -> Creatives:
    """Loads the three tables of each folder and checks that they refer to one another.

    A creative's `path` is its image file. Sets may show the same products: ids that an earlier set
    has are prefixed with the folder's name. A product must lie in the same split everywhere.
    """
    if len(set(roots)) < len(roots):
        raise ValueError(f"{', '.join(map(str, roots))}: a set comes twice; name each once")
    products: dict[str, dict[str, Any]] = {}
    creatives: dict[str, dict[str, Any]] = {}
    pairs: list[dict[str, Any]] = []
    for root in roots:
        found = {row["id"]: row for row in read_jsonl(root / "creatives.jsonl")}
        own_products = {row["id"]: row for row in read_jsonl(root / "products.jsonl")}
        own_pairs = read_jsonl(root / "pairs.jsonl")
        _check(root, own_products, found, own_pairs)
        for name in products.keys() & own_products.keys():
            if products[name]["split"] != own_products[name]["split"]:
                raise ValueError(f"{root}: product {name} lies in another split of an earlier set")
        products |= own_products
        shared = creatives.keys() & found.keys()
        names = {name: f"{root.name}/{name}" if name in shared else name for name in found}
        creatives |= {
            names[name]: {**row, "path": root / row["file"]} for name, row in found.items()
        }
        taken = {pair["id"] for pair in pairs}
        for pair in own_pairs:
            own = f"{root.name}/{pair['id']}" if pair["id"] in taken else pair["id"]
            pairs.append({**pair, "id": own, "a": names[pair["a"]], "b": names[pair["b"]]})
    order = {name: row for row, name in enumerate(creatives)}
    return Creatives(roots, products, creatives, pairs, order)


def _check(root: Path, products: dict, creatives: dict, pairs: list[dict[str, Any]]) -> None:
    for row in creatives.values():
        if row["product_id"] not in products:
            raise ValueError(f"{root}: creative {row['id']} names product {row['product_id']}")
    for pair in pairs:
        for side in ("a", "b"):
            if pair[side] not in creatives:
                raise ValueError(f"{root}: pair {pair['id']} names creative {pair[side]}")
