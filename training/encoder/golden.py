"""Writes vectors of the shipped encoder for demo pictures and titles, for the engine's tests."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from common.export import half_precision, write_json
from common.images import load_rgb
from encoder.evaluate import Encoder, load

GOLDEN = Path(__file__).parents[2] / "tools/golden/moon2-nano/golden.json"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path(".runs/encoder/full"))
    parser.add_argument("--demo", type=Path, default=Path("public/data/demo"))
    parser.add_argument("--revision", required=True)
    parser.add_argument("--products", type=int, default=8)
    args = parser.parse_args()
    model, tokenizer, _ = load(args.run)
    model.load_state_dict(half_precision(model.state_dict()))
    size = model.config.shared.vision.image_size
    lines = (args.demo / "catalogue.jsonl").read_text("utf-8").splitlines()[: args.products]
    rows = [json.loads(line) for line in lines]
    files = sorted((args.demo / "images").glob("*-alt.webp"))[: args.products]
    pixels = [load_rgb(f).resize((size, size), Image.Resampling.BILINEAR) for f in files]
    table = torch.from_numpy(np.stack([np.asarray(p) for p in pixels])).permute(0, 3, 1, 2)
    encoder = Encoder(model, tokenizer, table.contiguous())
    titles = [row["title"]["en"] if i % 2 else row["title"]["zh"] for i, row in enumerate(rows)]
    every = list(range(len(files)))
    cases = []
    for texts, picked in ((titles, None), ([None] * len(files), every), (titles, every)):
        vectors = encoder.encode(texts, picked).tolist()
        for i, vector in enumerate(vectors):
            case = {"text": texts[i], "image": files[i].name if picked else None}
            cases.append({**case, "vector": [round(value, 6) for value in vector]})
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    write_json(GOLDEN, {"model": "moon2-nano", "revision": args.revision, "cases": cases})


if __name__ == "__main__":
    main()
