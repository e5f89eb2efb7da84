"""Trains and scores the rows of the stage and ablation tables, all on one frozen tower.

Every row has the same tower, data, batches and number of steps in all; only its method differs.
Stage rows: MOON's stages one after the other. Ablation rows: MOON2.0 without one part each.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import torch

from common.runtime import open_runtime, seed_everything
from common.tokenizer import load_tokenizer
from encoder import data
from encoder.evaluate import Encoder, directions, grocery, load, luma
from encoder.pictures import KeptPictures
from encoder.pretrain_vision import VISION
from encoder.train import ABLATIONS, Run, Trainee, nano_config, start_weights, train

STAGES = (("generative", 0.3), ("contrastive", 0.4), ("purchase", 0.3))


def plan(root: Path, steps: int) -> list[Run]:
    """The runs in the order they are made; a stage starts from the one before."""
    runs, before = [], None
    for method, share in STAGES:
        folder = root / f"moon-{method}"
        runs.append(Run(folder, method, steps=round(share * steps), init=before))
        before = folder
    for without in ("none", *ABLATIONS):
        name = "moon2" if without == "none" else f"moon2-without-{without}"
        runs.append(Run(root / name, "moon2", without, steps=steps))
    return runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument("--generated", type=Path, default=Path(".cache/creatives/train"))
    parser.add_argument("--vision", type=Path, default=Path(".runs/encoder/vision/tower-s2.pt"))
    parser.add_argument("--tower", type=Path, help="run folder whose tower to use instead")
    parser.add_argument("--tokenizer", type=Path, default=Path(".runs/encoder/full/tokenizer.json"))
    parser.add_argument("--output", type=Path, default=Path(".runs/encoder/rows"))
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    args = parser.parse_args()
    runtime = open_runtime(args.device, args.threads)
    products, pixels = data.load_products(
        args.photos, [args.generated], VISION.image_size, grounding=True
    )
    tokenizer = load_tokenizer(args.tokenizer)
    training = [p for p in products if p.split == "train" and p.query_rows]
    held_out = [p for p in products if p.source == "catalogue" and p.split != "train"]
    kept: KeptPictures | None = None
    for run in plan(args.output, args.steps):
        if (run.output / "results.json").exists():
            continue
        seed_everything(run.seed)
        trainee = Trainee(nano_config(tokenizer, run.switches.experts))
        start_weights(trainee, run, args.vision)
        tower = trainee.encoder.model["vision_model"]
        if args.tower:
            tower.load_state_dict(load(args.tower)[0].model["vision_model"].state_dict())
        tower.requires_grad_(requires_grad=False)
        trainee.to(runtime.device)
        if kept is None:
            kept = KeptPictures(tower, pixels, training)
        train(run, trainee, tokenizer, products, kept, runtime)
        trainee.cpu().eval()
        with torch.no_grad():
            encoder = Encoder(trainee.encoder, tokenizer, pixels)
            results = {
                "method": run.method,
                "without": run.without,
                "steps": run.steps,
                "catalogue": directions(encoder, held_out, random.Random(99)),
                "grocery": grocery(encoder, products, args.photos),
                "luma": luma(encoder, products, args.photos),
            }
        text = json.dumps(results, ensure_ascii=False, indent=2)
        (run.output / "results.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
