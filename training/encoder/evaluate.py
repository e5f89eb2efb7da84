"""Scores a trained `moon2-nano` on held-out products and photographs.

Retrieval is Recall@k = share of queries whose true item is among the k best of the pool; the true
item is counted after equal scores. Intervals are 95 % percentile bootstrap over products: queries
of one product are drawn together.
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

from common.checkpoint import load_checkpoint, read_weights
from common.export import write_json
from common.images import decode_all, normalise
from common.jsonl import read_jsonl
from common.stats import bootstrap
from common.tokenizer import load_tokenizer
from encoder.catalogue import CACHE, Catalogue, Product, load_catalogue
from encoder.model import Moon2, normalised_prefix
from encoder.objectives import Views
from encoder.pretrain_vision import VISION
from encoder.train import Trainee, nano_config

CUTS = (1, 5, 10)
DIRECTIONS = ("t→mm", "i→mm", "mm→mm", "t→i", "i→t")
# Held-out parts of the generated catalogue. Choices are made on `val` alone.
PARTS = {
    "val": lambda p: p.split == "val",
    "test": lambda p: p.split == "test" and not p.unseen,
    "unseen": lambda p: p.split == "test" and p.unseen,
}


def load(folder: Path) -> tuple[Moon2, Tokenizer, dict]:
    """The model of a run folder, its tokenizer and facts about the run."""
    path = folder / "checkpoint.pt"
    extra = torch.load(path, weights_only=True)["extra"]
    facts = {name: extra[name] for name in ("method", "without")}
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    trainee = Trainee(nano_config(tokenizer, facts["without"]))
    step = load_checkpoint(path, trainee).step
    return trainee.encoder.eval(), tokenizer, {"step": step, **facts}


def shipped(folder: Path) -> tuple[Moon2, Tokenizer]:
    """A shipped revision's weights (float16 on disk) and tokenizer."""
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    model = Moon2(nano_config(tokenizer))
    model.load_state_dict(read_weights(folder))
    return model.eval(), tokenizer


class Encoder:
    """Vectors of views, in batches."""

    def __init__(self, model: Moon2, tokenizer: Tokenizer, pixels: np.ndarray) -> None:
        self.views, self.pixels = Views(model, tokenizer), pixels

    def visual(self, rows: list[int]) -> Tensor:
        """Image tokens [n, V, C] of rows of the pixel table."""
        return self.views.model.visual_tokens(normalise(torch.from_numpy(self.pixels[rows])))

    @torch.no_grad()
    def encode(self, texts: list[str | None], rows: list[int] | None) -> Tensor:
        """L2-normalised [n, D]; `rows` point into the pixel table, None for text only."""
        out = []
        for at in range(0, len(texts), 64):
            visual = () if rows is None else (self.visual(rows[at : at + 64]),)
            vectors, _ = self.views.encode(texts[at : at + 64], *visual)
            out.append(normalised_prefix(vectors, vectors.shape[-1]))
        return torch.cat(out)


class FrozenEncoder(Encoder):
    """For models with the same tower: it sees every picture once.

    features: what it made of rows of the pixel table so far; the models hand it on.
    """

    def __init__(
        self, model: Moon2, tokenizer: Tokenizer, pixels: np.ndarray, features: dict[int, Tensor]
    ) -> None:
        super().__init__(model, tokenizer, pixels)
        self.features = features

    def visual(self, rows: list[int]) -> Tensor:
        if new := sorted(set(rows) - self.features.keys()):
            tower = self.views.model.model["vision_model"]
            seen = tower(normalise(torch.from_numpy(self.pixels[new])))
            self.features.update(zip(new, seen, strict=True))
        return self.views.model.connect(torch.stack([self.features[row] for row in rows]))


def ranks(query: Tensor, pool: Tensor, target: list[int]) -> np.ndarray:
    """1-based rank of each query's true item; equal scores stand before it."""
    scores = query @ pool.T
    true = scores.gather(1, torch.tensor(target)[:, None])
    return (scores >= true).sum(1).numpy()


def recall(found: np.ndarray, pool: int, target: list[int]) -> dict:
    """Recall@k in percent with its interval."""
    row: dict = {"queries": len(found), "pool": pool}
    for k in CUTS:
        values = (found <= k).astype(float)
        low, high = bootstrap(values, np.array(target))
        share = {"value": values.mean(), "low": low, "high": high}
        row[f"R@{k}"] = {name: round(100 * float(value), 2) for name, value in share.items()}
    return row


def other_picture(product: Product, rows: dict[Path, int], rng: random.Random) -> int:
    """A further picture of a product that no purchase's query shows; its main one without any."""
    asked = {rows[search.image] for search in product.photos("purchase")}
    return rng.choice([r for r in product.other_rows if r not in asked] or product.main_rows)


def directions(
    encoder: Encoder,
    rows: dict[Path, int],
    products: list[Product],
    shown: list[int] | None = None,
) -> dict:
    """The five directions over one pool, one query a product: what was bought after a search.

    Queries are drawn from the shopping logs, in either language; a product nobody bought after a
    search of a kind is in the pool alone. shown: the pool's pictures, instead of the main ones.
    """
    rng = random.Random(99)
    blank: list[str | None] = [None] * len(products)
    titles, shown = [p.titles[0] for p in products], shown or [p.main_rows[0] for p in products]
    pools = {
        "mm": encoder.encode(titles, shown),
        "i": encoder.encode(blank, shown),
        "t": encoder.encode(titles, None),
    }
    typed: dict[int, str] = {}
    shot: dict[int, int] = {}
    for i, p in enumerate(products):
        if searches := p.texts("purchase"):
            typed[i] = rng.choice(rng.choice(searches).texts)
        if photos := [s.image for s in p.photos("purchase") if s.image]:
            shot[i] = rows[rng.choice(photos)]
    both = [i for i in typed if i in shot]
    asked = {
        "t": (list(typed), encoder.encode(list(typed.values()), None)),
        "i": (list(shot), encoder.encode([None] * len(shot), list(shot.values()))),
        "mm": (both, encoder.encode([typed[i] for i in both], [shot[i] for i in both])),
    }
    out = {}
    for name in DIRECTIONS:
        view, pool = name.split("→")
        target, query = asked[view]
        out[name] = recall(ranks(query, pools[pool], target), len(products), target)
    return out


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
        out[name] = recall(found, len(tables.items), target)
    return out


def demo(model: Moon2, tokenizer: Tokenizer, folder: Path) -> dict:
    """Figures of the demo catalogue; the same as `npm run perigee -- evaluate encoder`.

    Queries hold a text, a picture or both; a direction takes those that have its query view.
    """
    tables = demo_tables(folder)
    pixels = decode_all(tables.files, VISION.image_size, CACHE, "squash")
    encoder = Encoder(model, tokenizer, pixels)
    return demo_figures(demo_vectors(encoder, tables), tables)


def photo_search(encoder: Encoder, pool: list[Product], asked: list[Product]) -> dict:
    """Held-out photos of `asked` → their product (view mm: picture and title) in the pool."""
    place = {p.key: i for i, p in enumerate(pool)}
    items = encoder.encode([p.titles[0] for p in pool], [p.main_rows[0] for p in pool])
    pairs = [(row, place[p.key]) for p in asked for row in p.other_rows if row != p.main_rows[0]]
    target = [i for _, i in pairs]
    query = encoder.encode([None] * len(pairs), [row for row, _ in pairs])
    return recall(ranks(query, items, target), len(pool), target)


def held_out(encoder: Encoder, catalogue: Catalogue) -> dict[str, dict]:
    """Every figure of products that were not trained on, the demo catalogue's aside."""
    of = {s: [p for p in catalogue.products if p.source == s] for s in ("grocery", "luma")}
    val = {s: [p for p in found if p.split == "val"] for s, found in of.items()}
    out: dict[str, dict] = {}
    for part, belongs in PARTS.items():
        chosen = [p for p in catalogue.products if p.source == "catalogue" and belongs(p)]
        if chosen:
            out[part] = directions(encoder, catalogue.rows, chosen)
        if chosen and part == "test":
            rng = random.Random(98)
            others = [other_picture(p, catalogue.rows, rng) for p in chosen]
            out["other pictures"] = directions(encoder, catalogue.rows, chosen, others)
    out["grocery"] = {"shop photo → item": photo_search(encoder, val["grocery"], val["grocery"])}
    out["luma"] = {
        "other view → product (held-out products)": photo_search(encoder, val["luma"], val["luma"]),
        "other view → product (whole catalogue)": photo_search(encoder, of["luma"], val["luma"]),
    }
    return out


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument("--generated", type=Path, nargs="+", required=True)
    parser.add_argument("--demo", type=Path, default=Path("public/data/demo"))
    args = parser.parse_args()
    model, tokenizer, facts = load(args.run)
    catalogue = load_catalogue(args.photos, args.generated, VISION.image_size)
    encoder = Encoder(model, tokenizer, catalogue.pixels)
    results = {**facts, "demo": demo(model, tokenizer, args.demo), **held_out(encoder, catalogue)}
    write_json(args.run / "results.json", results)
    print(json.dumps(results, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
