"""Writes vectors of the shipped encoder for demo pictures and titles, for the engine's tests."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.export import write_json
from common.images import decode_all
from encoder.catalogue import CACHE
from encoder.evaluate import Encoder, demo_tables, shipped

GOLDEN = Path(__file__).parents[2] / "tools/golden/moon2-nano/golden.json"
MODEL = Path(__file__).parents[2] / "public/models/moon2-nano"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, default=Path("public/data/demo"))
    parser.add_argument("--revision", required=True)
    parser.add_argument("--products", type=int, default=8)
    args = parser.parse_args()
    folder = MODEL / args.revision
    model, tokenizer = shipped(folder)
    items = demo_tables(args.demo).items[: args.products]
    names = [next(v["file"] for v in item["views"] if v["view"] != "main") for item in items]
    size = model.config.shared.vision.image_size
    files = [args.demo / name for name in names]
    encoder = Encoder(model, tokenizer, decode_all(files, size, CACHE, "squash"))
    titles = [item["title"]["en" if i % 2 else "zh"] for i, item in enumerate(items)]
    titles[0] = " ".join(titles)  # longer than what the encoder reads
    every = list(range(len(files)))
    cases = []
    for texts, picked in ((titles, None), ([None] * len(files), every), (titles, every)):
        vectors = encoder.encode(texts, picked).tolist()
        for i, vector in enumerate(vectors):
            case = {"text": texts[i], "image": Path(names[i]).name if picked else None}
            cases.append({**case, "vector": [round(value, 6) for value in vector]})
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    weights = manifest["files"]["model.safetensors"]["sha256"]
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    head = {"model": "moon2-nano", "revision": args.revision, "weights": weights}
    write_json(GOLDEN, {**head, "cases": cases})


if __name__ == "__main__":
    main()
