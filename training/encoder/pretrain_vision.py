"""Visual encoding (arXiv:2205.04168) for the image view, on all pictures of the training parts.

S1, self-supervised: two augmented views of a picture attract, other pictures of the batch repel.
S2, click-supervised: the photo a shopper searched with attracts the picture of what they clicked;
    class-aware negatives: the other products of its class, which make up the batch in groups.
The notes give neither S1's loss in full nor S2's: both are InfoNCE here (ours), as are all numbers.
For photographs without logs, a photo's own item counts as clicked.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common.checkpoint import load_checkpoint, save_checkpoint
from common.images import normalise
from common.logs import RunLog
from common.optim import guarded_step, make_optimizer, warmup_cosine
from common.runtime import Runtime, open_runtime, seed_everything
from common.vision import VisionConfig, VisionTransformer
from encoder.batches import SIGNAL_SHARES, Sampler, allowed_negatives
from encoder.catalogue import Catalogue, Product, load_catalogue
from encoder.losses import info_nce
from encoder.model import cosines
from encoder.pictures import MAIN_STRENGTH, augment, take
from encoder.recipes import RECIPES, Stage

VISION = VisionConfig(
    hidden_size=192,
    intermediate_size=768,
    num_hidden_layers=3,
    num_attention_heads=3,
    image_size=128,
    patch_size=16,
    stem=(32, 64, 128, 192),
)
TEMPERATURES = {"s1": 0.15, "s2": 0.1}
CLASS_SIZE = 8  # products of one class side by side in S2's batches
WARMUP = 60
LOG_EVERY = 20
CHECKPOINT_EVERY = 100


class Pooled(nn.Module):
    """The tower, its mean over patches, and a projection that is discarded in the end."""

    def __init__(self) -> None:
        super().__init__()
        width = VISION.hidden_size
        self.tower = VisionTransformer(VISION)
        self.project = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 128))

    def pool(self, pixels: Tensor) -> Tensor:  # [n, 3, S, S] -> [n, D], unit length
        return F.normalize(self.tower(pixels).mean(1), dim=-1)

    def forward(self, pixels: Tensor) -> Tensor:  # [n, 3, S, S] -> [n, 128], unit length
        return F.normalize(self.project(self.tower(pixels).mean(1)), dim=-1)


def self_supervised(
    model: Pooled, catalogue: Catalogue, rows: list[int], count: int, rng: random.Random
) -> Tensor:
    """S1 on `count` pictures, both views as query."""
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    images = take(catalogue.pixels, rng.sample(rows, min(count, len(rows))))
    views = [augment(images, VISION.image_size, generator).to(device) for _ in range(2)]
    first, second = model(torch.cat(views)).chunk(2)
    others = ~torch.eye(len(images), dtype=torch.bool, device=device)
    return _both_ways(cosines(first, second), others, TEMPERATURES["s1"])


def click_supervised(
    model: Pooled, catalogue: Catalogue, sampler: Sampler, count: int, rng: random.Random
) -> Tensor:
    """S2 on `count` clicks."""
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    batch = sampler.batch(count, rng, SIGNAL_SHARES, alike=CLASS_SIZE)
    size = VISION.image_size
    photos = augment(take(catalogue.pixels, batch.query_rows), size, generator)
    mains = augment(take(catalogue.pixels, batch.main_rows), size, generator, MAIN_STRENGTH)
    query, candidate = model.pool(torch.cat([photos, mains]).to(device)).chunk(2)
    allowed = allowed_negatives(batch.positives, batch.keys).to(device)
    return _both_ways(cosines(query, candidate), allowed, TEMPERATURES["s2"])


def _both_ways(similarity: Tensor, allowed: Tensor, temperature: float) -> Tensor:
    there = info_nce(similarity, allowed, temperature)
    return (there + info_nce(similarity.T, allowed.T, temperature)) / 2


@torch.no_grad()
def photo_recall(model: Pooled, catalogue: Catalogue) -> dict[str, float]:
    """R@1 of a held-out photo among its source's pictures, by the tower alone, `val` parts."""
    model.eval()
    scores = {}
    for source in ("catalogue", "grocery", "luma"):
        pool = [p for p in catalogue.products if p.source == source and p.split == "val"]
        asked = [
            (row, i) for i, p in enumerate(pool) for row in p.other_rows if row != p.main_rows[0]
        ]
        if not asked:
            continue
        vectors = [
            torch.cat(
                [_plain(model, catalogue, rows[at : at + 64]) for at in range(0, len(rows), 64)]
            )
            for rows in ([row for row, _ in asked], [p.main_rows[0] for p in pool])
        ]
        best = (vectors[0] @ vectors[1].T).argmax(1).cpu()
        scores[source] = float((best == torch.tensor([i for _, i in asked])).float().mean())
    model.train()
    return scores


def _plain(model: Pooled, catalogue: Catalogue, rows: list[int]) -> Tensor:
    pixels = normalise(torch.from_numpy(catalogue.pixels[rows]))
    return model.pool(pixels.to(next(model.parameters()).device))


def shown_rows(products: list[Product]) -> list[int]:
    """All pictures of products (not creatives), once each."""
    return sorted({row for p in products for row in (*p.main_rows, *p.other_rows)})


def train(
    name: str,
    model: Pooled,
    catalogue: Catalogue,
    stage: Stage,
    out: Path,
    runtime: Runtime,
    seed: int = 7,
    stop_at: int | None = None,
) -> None:
    """Runs (or resumes) stage "s1" or "s2" from the model's weights; writes `tower-<name>.pt`."""
    model.to(runtime.device).train()
    optimizer = make_optimizer(model, stage.learning_rate)
    path, log = out / f"tower-{name}.pt", RunLog(out, f"pretrain-{name}")
    first = load_checkpoint(path, model, optimizer).step if path.exists() else 0
    rows, sampler = shown_rows(catalogue.training), Sampler(catalogue.training, catalogue.rows)
    log.write(event="start", step=first, pictures=len(rows), **runtime.describe())
    if first == 0:
        log.write(event="val", step=0, **photo_recall(model, catalogue))
    for step in range(first, min(stage.steps, stop_at or stage.steps)):
        rng = random.Random(f"{seed}/{name}/{step}")
        with runtime.autocast():
            if name == "s1":
                loss = self_supervised(model, catalogue, rows, stage.batch, rng)
            else:
                loss = click_supervised(model, catalogue, sampler, stage.batch, rng)
        warmup = min(WARMUP, stage.steps // 4)
        rate = warmup_cosine(step, stage.steps, stage.learning_rate, warmup)
        norm = guarded_step(loss, model, optimizer, rate, step)
        done = step + 1
        if done % LOG_EVERY == 0:
            log.write(event="step", step=done, loss=loss.item(), norm=norm, rate=rate)
        if done % CHECKPOINT_EVERY == 0 or done in (stage.steps, stop_at):
            save_checkpoint(path, done, model, optimizer)
        if done == stage.steps:
            log.write(event="val", step=done, **photo_recall(model, catalogue))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument("--generated", type=Path, nargs="+", required=True)
    parser.add_argument("--output", type=Path, default=Path(".runs/encoder/vision"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--recipe", choices=RECIPES, help="default: that of the device")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=None)
    args = parser.parse_args()
    runtime, recipe = open_runtime(args.device, args.threads), RECIPES[args.recipe or args.device]
    seed_everything(args.seed)
    catalogue = load_catalogue(args.photos, args.generated, VISION.image_size)
    model = Pooled()
    train("s1", model, catalogue, recipe.self_supervised, args.output, runtime, args.seed)
    train("s2", model, catalogue, recipe.click_supervised, args.output, runtime, args.seed)


if __name__ == "__main__":
    main()
