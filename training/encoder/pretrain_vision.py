"""Visual encoding (arXiv:2205.04168) for the image view, on every photograph of the training parts.

S1: self-supervised, two augmented views of a photo attract, other photos of the batch repel.
S2: supervised by what was chosen (item, product colour, garment kind) with class-aware negatives:
    a class is only ever contrasted with classes of its own source.
The pooling heads are discarded; the tower's weights initialise the encoder.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from common.runtime import open_runtime, seed_everything
from common.vision import VisionConfig, VisionTransformer
from encoder.photos import augment, load_photos, load_pixels, normalise

VISION = VisionConfig(
    hidden_size=192,
    intermediate_size=768,
    num_hidden_layers=3,
    num_attention_heads=3,
    image_size=128,
    patch_size=16,
    stem=(32, 64, 128, 192),
)
PEAK_RATE = 1.5e-3

SOURCES = ("grocery", "clothing", "luma")


class Heads(nn.Module):
    """Projection for S1, one cosine classifier per source for S2."""

    def __init__(self, width: int, classes: dict[str, int]):
        super().__init__()
        self.project = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 128))
        self.prototypes = nn.ParameterDict(
            {k: nn.Parameter(torch.randn(n, width) * 0.05) for k, n in classes.items()}
        )

    def logits(self, source: str, pooled: torch.Tensor) -> torch.Tensor:
        directions = F.normalize(self.prototypes[source], dim=-1)
        return 16.0 * F.normalize(pooled, dim=-1) @ directions.T


def nt_xent(first: torch.Tensor, second: torch.Tensor, temperature: float = 0.15) -> torch.Tensor:
    """SimCLR's loss over 2n views: the other view is the positive, all else negatives."""
    views = F.normalize(torch.cat([first, second]), dim=-1)
    similarity = views @ views.T / temperature
    similarity.fill_diagonal_(-1e9)
    count = first.shape[0]
    target = torch.cat([torch.arange(count, 2 * count), torch.arange(count)])
    return F.cross_entropy(similarity, target)


@torch.no_grad()
def accuracy(tower, heads, pixels, labels, source) -> float:
    """Share of held-out photos whose class is named right."""
    tower.eval()
    hits = 0
    for at in range(0, len(pixels), 128):
        pooled = tower(normalise(pixels[at : at + 128])).mean(1)
        hits += (heads.logits(source, pooled).argmax(-1) == labels[at : at + 128]).sum().item()
    tower.train()
    return hits / max(1, len(pixels))


def class_loss(heads, pooled, labels, sources) -> torch.Tensor:
    """S2: cross-entropy within each photo's own source, averaged over the batch."""
    loss = torch.zeros(())
    for source in SOURCES:
        rows = [j for j, s in enumerate(sources) if s == source]
        if rows:
            logits = heads.logits(source, pooled[rows])
            part = F.cross_entropy(logits, labels[rows], label_smoothing=0.1)
            loss = loss + part * len(rows) / len(sources)
    return loss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--output", type=Path, default=Path(".runs/encoder/vision"))
    parser.add_argument("--steps", type=int, nargs=2, default=(60, 1000), help="of S1 and S2")
    parser.add_argument("--batch", type=int, default=64, help="photos a step (S1 uses half, twice)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=None)
    args = parser.parse_args()
    runtime = open_runtime(threads=args.threads)
    seed_everything(args.seed)
    args.output.mkdir(parents=True, exist_ok=True)

    photos = load_photos(args.data)
    pixels = load_pixels([p.path for p in photos], VISION.image_size)
    source_of = ["grocery" if p.source == "grocery-item" else p.source for p in photos]
    labels = torch.tensor([p.label for p in photos])
    train = [i for i, p in enumerate(photos) if not p.is_validation]
    held = {
        s: [i for i, p in enumerate(photos) if p.is_validation and source_of[i] == s]
        for s in SOURCES
    }
    classes = {
        s: 1 + max(int(labels[i]) for i in range(len(photos)) if source_of[i] == s) for s in SOURCES
    }
    print(f"{len(train)} training photos, classes {classes}, {runtime.describe()}", flush=True)

    tower, heads = VisionTransformer(VISION), Heads(VISION.hidden_size, classes)
    parameters = [*tower.parameters(), *heads.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=PEAK_RATE, weight_decay=0.05, betas=(0.9, 0.98))
    log = csv.writer((args.output / "log.csv").open("w", newline=""))
    log.writerow(["stage", "step", "loss", "gradient_norm", "rate", "photos_per_s"])
    # Grocery photos twice as often: fewest per class, and the task they serve is the hardest.
    weights = torch.tensor([2.0 if source_of[i] == "grocery" else 1.0 for i in train])
    generator = torch.Generator().manual_seed(args.seed)
    for stage, steps in enumerate(args.steps, start=1):
        count = args.batch // 2 if stage == 1 else args.batch
        mark = time.time()
        for step in range(1, steps + 1):
            rate = PEAK_RATE * min(1.0, step / 60) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
            for group in optimiser.param_groups:
                group["lr"] = rate + 1e-5
            rows = torch.multinomial(weights, count, generator=generator).tolist()
            index = torch.tensor([train[r] for r in rows])
            batch = pixels[index]
            with runtime.autocast():
                if stage == 1:
                    views = [augment(batch, VISION.image_size, generator) for _ in range(2)]
                    pooled = tower(torch.cat(views)).mean(1)
                    loss = nt_xent(*heads.project(pooled).chunk(2))
                else:
                    pooled = tower(augment(batch, VISION.image_size, generator)).mean(1)
                    sources = [source_of[i] for i in index.tolist()]
                    loss = class_loss(heads, pooled, labels[index], sources)
            if not math.isfinite(loss.item()):
                raise SystemExit(f"pretrain_vision: non-finite loss in S{stage}, step {step}")
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            if step % 20 == 0:
                speed = 20 * count / (time.time() - mark)
                mark = time.time()
                log.writerow(
                    [
                        stage,
                        step,
                        f"{loss.item():.4f}",
                        f"{norm:.3f}",
                        f"{rate:.2e}",
                        f"{speed:.1f}",
                    ]
                )
                print(
                    f"S{stage} {step}/{steps} loss {loss.item():.3f} {speed:.0f} photos/s",
                    flush=True,
                )
            if step % 200 == 0 or step == steps:
                save(tower, heads, args.output / f"tower-s{stage}.pt")
                if stage == 2:
                    scores = {
                        s: round(accuracy(tower, heads, pixels[held[s]], labels[held[s]], s), 3)
                        for s in ("grocery", "clothing")
                    }
                    print("validation", scores, flush=True)


def save(tower: nn.Module, heads: nn.Module, path: Path) -> None:
    torch.save({"tower": tower.state_dict(), "heads": heads.state_dict()}, path)


if __name__ == "__main__":
    main()
