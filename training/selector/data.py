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

    A creative's `path` is its image file.
    """
    products: dict[str, dict[str, Any]] = {}
    creatives: dict[str, dict[str, Any]] = {}
    pairs: list[dict[str, Any]] = []
    for root in roots:
        found = {row["id"]: row for row in read_jsonl(root / "creatives.jsonl")}
        if shared := creatives.keys() & found.keys():
            raise ValueError(f"{root}: creative {min(shared)} is in an earlier set, too")
        creatives |= {name: {**row, "path": root / row["file"]} for name, row in found.items()}
        products |= {row["id"]: row for row in read_jsonl(root / "products.jsonl")}
        own_pairs = read_jsonl(root / "pairs.jsonl")
        _check(root, products, found, own_pairs)
        pairs += own_pairs
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
