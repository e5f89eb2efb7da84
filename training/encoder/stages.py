"""Writes public/models/moon2-nano/stages: the demo catalogue as every training stage encodes it.

The runs of `encoder.rows` have one frozen tower and as many steps in all for MOON's three stages as
for MOON2.0, so that what they learned can be compared. No weights are kept, only vectors: of all
items, queries and label texts of the demo catalogue, in English and Chinese.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from torch import Tensor

from common.export import write_manifest, write_weights
from common.images import decode_all
from common.jsonl import read_jsonl
from common.runtime import open_runtime
from encoder.catalogue import CACHE
from encoder.evaluate import (
    DemoTables,
    Encoder,
    FrozenEncoder,
    demo_figures,
    demo_tables,
    demo_vectors,
    load,
)
from encoder.model import normalised_prefix
from encoder.pretrain_vision import VISION

STAGES = {
    "generative": "moon-generative",
    "contrastive": "moon-contrastive",
    "purchase": "moon-purchase",
    "moon2": "moon2",
}
LANGUAGES = ("en", "zh")
WIDTH = 128

CARD = """# moon2-nano in its stages

Vectors of the built-in demo catalogue after each stage of training, for comparison in Benchmark and
Search. They are **not** the shipped encoder's and hold no weights: other texts and pictures cannot
be encoded with them.

- **What was trained**: `training/encoder/rows.py` starts from one frozen vision tower (after
  visual encoding's second stage) and trains text model, connector and projection anew, with
  {batch} products a step of the generated training catalogue and of the photographs. MOON's
  stages follow one another: `generative` ({generative} steps), then `contrastive`
  ({contrastive}), then `purchase` ({purchase}). `moon2` is MOON2.0's single stage from the same
  start with all {moon2} steps. One seed, few steps: they show what the methods do, not how good
  they can get.
- **`generative` has seen no contrast**: its vectors come from a projection that was never trained.
- **What is stored**: the first {width} of 256 values (a Matryoshka size they were trained for),
  unit length, float16, one file a stage: `candidate.t.en`, `candidate.t.zh`, `candidate.i`,
  `candidate.mm.en`, …, `query.…`, `label.t`, rows in the order of `catalogue.jsonl` and
  `queries.jsonl` (those that have the view) and of `labels` in `manifest.json`.
- **Figures** in `manifest.json`: Recall@k of the same checkpoints in PyTorch, float32, this width.
  The studio measures the same but for rounding; a test compares them.
- Written by `python -m encoder.stages`; licence Apache-2.0, as the rest.
"""


def label_texts(tables: DemoTables) -> list[str]:
    """Every category and attribute value, in order of code points."""
    found: set[str] = set()
    for item in tables.items:
        found.update(item["categories"])
        found.update(item["attributes"].values())
    return sorted(found)


def encode_stage(encoder: Encoder, tables: DemoTables) -> tuple[dict[str, Tensor], dict]:
    """Tensors of the file, and figures for each language, both at the kept width."""
    tensors, figures = {}, {}
    for language in LANGUAGES:
        whole = demo_vectors(encoder, tables, language)
        cut = {name: normalised_prefix(rows, WIDTH) for name, rows in whole.items()}
        figures[language] = demo_figures(cut, tables)
        for name, rows in cut.items():
            tensors[name if name.endswith(".i") else f"{name}.{language}"] = rows
    labels = encoder.encode(label_texts(tables), None)
    tensors["label.t"] = normalised_prefix(labels, WIDTH)
    return tensors, figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, default=Path(".runs/encoder/rows"))
    parser.add_argument("--demo", type=Path, default=Path("public/data/demo"))
    parser.add_argument("--output", type=Path, default=Path("public/models/moon2-nano/stages"))
    parser.add_argument("--revision", required=True)
    parser.add_argument("--threads", type=int, default=None)
    args = parser.parse_args()
    open_runtime("cpu", args.threads)
    tables = demo_tables(args.demo)
    pixels = decode_all(tables.files, VISION.image_size, CACHE, "squash")
    args.output.mkdir(parents=True, exist_ok=True)
    stages, facts_of = [], {}
    features: dict[int, Tensor] = {}
    for stage, folder in STAGES.items():
        run = args.rows / folder
        facts_of[stage] = read_jsonl(run / "train.jsonl")[0]
        model, tokenizer, _ = load(run)
        tensors, figures = encode_stage(FrozenEncoder(model, tokenizer, pixels, features), tables)
        write_weights(args.output / f"{stage}.safetensors", tensors)
        stages.append({"id": stage, "steps": int(facts_of[stage]["steps"]), "figures": figures})
        print(stage, {k: v["R@10"]["value"] for k, v in figures["en"].items()})
    tables_at = {
        name: hashlib.sha256((args.demo / name).read_bytes()).hexdigest()
        for name in ("catalogue.jsonl", "queries.jsonl")
    }
    steps = {stage: facts["steps"] for stage, facts in facts_of.items()}
    card = CARD.format(width=WIDTH, batch=facts_of["moon2"]["batch"], **steps)
    (args.output / "README.md").write_text(card, encoding="utf-8")
    facts = {
        "id": "moon2-nano/stages",
        "revision": args.revision,
        "width": WIDTH,
        "dimensions": [64, WIDTH],
        "tables": tables_at,
        "labels": label_texts(tables),
        "stages": stages,
    }
    write_manifest(args.output, facts)


if __name__ == "__main__":
    main()
