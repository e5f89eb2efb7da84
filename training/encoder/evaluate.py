"""Scores a trained `moon2-nano` on held-out products and photographs.

Retrieval is Recall@k = share of queries whose true item is among the k best of the pool; the true
item is counted after equal scores. Intervals are 95 % percentile bootstrap over queries.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from common.checkpoint import load_checkpoint
from common.stats import bootstrap
from common.tokenizer import load_tokenizer
from encoder import data
from encoder.model import Moon2, normalised_prefix
from encoder.photos import grocery_items, load_pixels, luma_products, normalise, read_jsonl
from encoder.pretrain_vision import VISION
from encoder.train import Trainee, Views, nano_config

CUTS = (1, 5, 10)
DIRECTIONS = ("t→mm", "i→mm", "mm→mm", "t→i", "i→t")


def load(folder: Path) -> tuple[Moon2, Tokenizer, dict]:
    """The model of a run folder, its tokenizer and facts about the run."""
    path = folder / "checkpoint.pt"
    switches = torch.load(path, weights_only=True)["extra"]["switches"]
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    trainee = Trainee(nano_config(tokenizer, switches["experts"]))
    step = load_checkpoint(path, trainee).step
    return trainee.encoder.eval(), tokenizer, {"step": step, "switches": switches}


class Encoder:
    """Vectors of views, in batches."""

    def __init__(self, model: Moon2, tokenizer: Tokenizer, pixels: Tensor) -> None:
        self.views, self.pixels = Views(model, tokenizer), pixels

    def visual(self, rows: list[int]) -> Tensor:
        """Image tokens [n, V, C] of rows of the pixel table."""
        return self.views.model.visual_tokens(normalise(self.pixels[rows]))

    @torch.no_grad()
    def encode(self, texts: list[str | None], rows: list[int] | None) -> Tensor:
        """L2-normalised [n, D]; `rows` point into the pixel table, None for text only."""
        out = []
        for at in range(0, len(texts), 64):
            visual = None if rows is None else self.visual(rows[at : at + 64])
            vectors, _ = self.views.encode(texts[at : at + 64], visual)
            out.append(normalised_prefix(vectors, vectors.shape[-1]))
        return torch.cat(out)


def ranks(query: Tensor, pool: Tensor, target: list[int]) -> np.ndarray:
    """1-based rank of each query's true item; equal scores stand before it."""
    scores = query @ pool.T
    true = scores.gather(1, torch.tensor(target)[:, None])
    return (scores >= true).sum(1).numpy()


def interval(values: np.ndarray) -> dict[str, float]:
    """Mean in percent with its bootstrap interval."""
    low, high = bootstrap(values)
    rounded = {"value": values.mean(), "low": low, "high": high}
    return {name: round(100 * float(value), 2) for name, value in rounded.items()}


def recall(found: np.ndarray, pool: int) -> dict:
    row: dict = {"queries": len(found), "pool": pool}
    for k in CUTS:
        row[f"R@{k}"] = interval((found <= k).astype(float))
    return row


def directions(encoder: Encoder, products: list[data.Product], rng: random.Random) -> dict:
    """The five directions over one pool of products, one query a product."""
    titles = [p.titles[0] for p in products]
    mains = [p.main_rows[0] for p in products]
    texts = [rng.choice(p.query_texts) for p in products]
    images = [rng.choice(p.query_rows) for p in products]
    blank: list[str | None] = [None] * len(products)
    pools = {
        "mm": encoder.encode(titles, mains),
        "i": encoder.encode(blank, mains),
        "t": encoder.encode(titles, None),
    }
    queries = {
        "t": encoder.encode(texts, None),
        "i": encoder.encode(blank, images),
        "mm": encoder.encode(texts, images),
    }
    target = list(range(len(products)))
    return {
        name: recall(
            ranks(queries[name.split("→")[0]], pools[name.split("→")[1]], target), len(products)
        )
        for name in DIRECTIONS
    }


@dataclass(frozen=True)
class DemoTables:
    """The drawn demo catalogue: its rows, and the pictures they name."""

    items: list[dict]
    queries: list[dict]
    files: list[Path]  # the main picture of every item, then those of the queries that have one

    def asked(self, view: str) -> list[dict]:
        """The queries that have a view, in the file's order."""
        return [q for q in self.queries if all(field in q for field in VIEW_FIELDS[view])]


VIEW_FIELDS = {"t": ("text",), "i": ("image",), "mm": ("text", "image")}


def demo_tables(folder: Path) -> DemoTables:
    """Reads catalogue.jsonl and queries.jsonl."""
    items = read_jsonl(folder / "catalogue.jsonl")
    queries = read_jsonl(folder / "queries.jsonl")
    mains = [next(v["file"] for v in item["views"] if v["view"] == "main") for item in items]
    files = mains + [q["image"] for q in queries if "image" in q]
    return DemoTables(items, queries, [folder / file for file in files])


def demo_vectors(encoder: Encoder, tables: DemoTables, language: str = "en") -> dict[str, Tensor]:
    """Unit vectors of `candidate.VIEW` and `query.VIEW`, in the tables' order.

    The encoder's pixel rows are those of `tables.files`.
    """
    count = len(tables.items)
    titles: list[str | None] = [item["title"][language] for item in tables.items]
    mains, blank = list(range(count)), [None] * count
    out = {
        "candidate.t": encoder.encode(titles, None),
        "candidate.i": encoder.encode(blank, mains),
        "candidate.mm": encoder.encode(titles, mains),
    }
    row_of = {q["id"]: count + row for row, q in enumerate(tables.asked("i"))}
    for view, fields in VIEW_FIELDS.items():
        asked = tables.asked(view)
        texts = [q["text"][language] if "text" in fields else None for q in asked]
        rows = [row_of[q["id"]] for q in asked] if "image" in fields else None
        out[f"query.{view}"] = encoder.encode(texts, rows)
    return out


def demo_figures(vectors: dict[str, Tensor], tables: DemoTables) -> dict:
    """Recall in the five directions, as the studio scores it: the item bought after a query."""
    place = {item["id"]: i for i, item in enumerate(tables.items)}
    out = {}
    for name in DIRECTIONS:
        view, pool = name.split("→")
        target = [place[q["purchased"][0]] for q in tables.asked(view)]
        found = ranks(vectors[f"query.{view}"], vectors[f"candidate.{pool}"], target)
        out[name] = recall(found, len(tables.items))
    return out


def demo(model: Moon2, tokenizer: Tokenizer, folder: Path) -> dict:
    """Figures of the demo catalogue; the same as `npm run perigee -- evaluate encoder`.

    Queries hold a text, a picture or both; a direction takes those that have its query view.
    """
    tables = demo_tables(folder)
    encoder = Encoder(model, tokenizer, load_pixels(tables.files, VISION.image_size))
    return demo_figures(demo_vectors(encoder, tables), tables)


def grocery(encoder: Encoder, products: list[data.Product], root: Path) -> dict:
    """Held-out shop photo → catalogue item (view mm: picture, title and description)."""
    items = grocery_items(root)
    held = {p.key: p for p in products if p.source == "grocery" and p.split == "val"}
    in_order = [held[f"grocery:{item['id']}"] for item in items]
    pool = encoder.encode([p.enriched[0] for p in in_order], [p.main_rows[0] for p in in_order])
    rows = [row for p in in_order for row in p.query_rows]
    target = [i for i, p in enumerate(in_order) for _ in p.query_rows]
    query = encoder.encode([None] * len(rows), rows)
    return {"shop photo → item": recall(ranks(query, pool, target), len(in_order))}


def luma(encoder: Encoder, products: list[data.Product], root: Path) -> dict:
    """Held-out products: another photo of the product → product, in two pools."""
    everything = [p for p in products if p.source == "luma"]
    known = {p["id"] for p in luma_products(root)}
    assert len(everything) == len(known)
    out = {}
    for name, chosen in {
        "other view → product (held-out products)": [p for p in everything if p.split == "val"],
        "other view → product (whole catalogue)": everything,
    }.items():
        pool = encoder.encode([p.titles[0] for p in chosen], [p.main_rows[0] for p in chosen])
        pairs = [
            (row, i)
            for i, p in enumerate(chosen)
            if p.split == "val"
            for row in p.query_rows
            if row != p.main_rows[0]
        ]
        query = encoder.encode([None] * len(pairs), [row for row, _ in pairs])
        out[name] = recall(ranks(query, pool, [i for _, i in pairs]), len(chosen))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path(".runs/encoder/full"))
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument("--generated", type=Path, default=Path(".cache/creatives/train"))
    parser.add_argument("--demo", type=Path, default=Path("public/data/demo"))
    parser.add_argument("--output", type=Path, default=None)
    args = parser.parse_args()
    model, tokenizer, facts = load(args.run)
    products, pixels = data.load_products(args.photos, [args.generated], VISION.image_size)
    encoder = Encoder(model, tokenizer, pixels)
    rng = random.Random(99)
    results: dict = {"run": str(args.run), **facts}
    drawn = [p for p in products if p.source == "catalogue" and p.split != "train"]
    results["demo"] = demo(model, tokenizer, args.demo)
    if drawn:
        results["catalogue"] = directions(encoder, drawn, rng)
    results["grocery"] = grocery(encoder, products, args.photos)
    results["luma"] = luma(encoder, products, args.photos)
    target = args.output or args.run / "results.json"
    target.write_text(json.dumps(results, ensure_ascii=False, indent=2))
    print(json.dumps(results, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
