"""Trains and scores the rows of the stage and ablation tables, all on one frozen tower.

Every row has the same tower (that of stage S2), data, products and number of steps in all; only its
method differs. Stage rows: MOON's stages one after the other. Ablation rows: MOON2.0 without one
part each. Seeds beyond the first repeat the whole method, to show how much chance does.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch
from torch import Tensor

from common.export import write_json
from common.runtime import open_runtime, seed_everything
from encoder.catalogue import load_catalogue
from encoder.evaluate import FrozenEncoder, held_out
from encoder.pictures import KeptPictures
from encoder.pretrain_vision import VISION
from encoder.recipes import RECIPES, Recipe
from encoder.train import ABLATIONS, Run, prepare, train, training_rows

STAGES = {"generative": 0.3, "contrastive": 0.4, "purchase": 0.3}
SEEDS = (11, 12)


def plan(root: Path, recipe: Recipe, steps: int) -> list[Run]:
    """The runs in the order they are made; a stage starts from the one before."""
    runs: list[Run] = []
    before = None
    for method, share in STAGES.items():
        stage = dataclasses.replace(getattr(recipe, method), steps=round(share * steps))
        runs.append(Run(root / f"moon-{method}", stage, method, init=before))
        before = runs[-1].output
    # Batches as those of MOON's contrastive stage: what differs is the method alone.
    stage = dataclasses.replace(recipe.moon2, steps=steps, alike=0.0)
    for seed in SEEDS:
        name = "moon2" if seed == SEEDS[0] else f"moon2, seed {seed}"
        runs.append(Run(root / name, stage, seed=seed))
    runs += [Run(root / f"without {part}", stage, without=part) for part in ABLATIONS]
    return runs


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument("--generated", type=Path, nargs="+", required=True)
    parser.add_argument("--vision", type=Path, default=Path(".runs/encoder/vision/tower-s2.pt"))
    parser.add_argument("--output", type=Path, default=Path(".runs/encoder/rows"))
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    args = parser.parse_args()
    runtime = open_runtime(args.device, args.threads)
    catalogue = load_catalogue(args.photos, args.generated, VISION.image_size)
    kept: KeptPictures | None = None
    features: dict[int, Tensor] = {}
    for run in plan(args.output, RECIPES[args.device], args.steps):
        if (run.output / "results.json").exists():
            continue
        seed_everything(run.seed)
        trainee, tokenizer = prepare(run, catalogue, args.vision)
        tower = trainee.encoder.model["vision_model"].requires_grad_(requires_grad=False)
        trainee.to(runtime.device)
        if kept is None:
            kept = KeptPictures(tower, catalogue.pixels, training_rows(catalogue))
        train(run, trainee, tokenizer, catalogue, kept, runtime)
        trainee.cpu().eval()
        with torch.no_grad():
            encoder = FrozenEncoder(trainee.encoder, tokenizer, catalogue.pixels, features)
            found = held_out(encoder, catalogue)
        facts = {"name": run.output.name, "steps": run.stage.steps, "batch": run.stage.batch}
        write_json(run.output / "results.json", {**facts, **found})


if __name__ == "__main__":
    main()
