"""Stage 0: pretrain the vision tower on the known factors of single creatives.

This stage is Perigee's own (no paper states it): a small tower sees few pictures, and the factors
that the generator recorded are the densest signal there is. Every factor gets an attention-pooled
linear head on the patch features, which is how the text model later reads them. A share of
each batch are real photographs (garment kind, grocery item) so that they are not alien.
"""

import argparse
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common.checkpoint import load_checkpoint, read_weights, save_checkpoint
from common.images import decode_all, normalise
from common.jsonl import read_jsonl
from common.logs import RunLog
from common.optim import guarded_step, make_optimizer, warmup_cosine
from common.parallel import Worker, launch
from common.runtime import Runtime, batch_rng, open_runtime, seed_everything
from common.vision import VisionTransformer
from selector.data import Creatives, load_creatives
from selector.factors import (
    FactorHeads,
    Head,
    MeanHeads,
    factor_losses,
    head_weight,
    infer_heads,
    targets_of,
    with_read_price,
)
from selector.recipes import RECIPES, Recipe, with_steps


class FactorModel(nn.Module):
    """The vision tower with heads for all factors and one for each photo collection."""

    def __init__(self, recipe: Recipe, heads: list[Head], photo_classes: dict[str, int]) -> None:
        super().__init__()
        self.vision = VisionTransformer(recipe.vision)
        self.heads = heads
        self.factors = FactorHeads(heads, recipe.vision.hidden_size)
        self.mean_factors = MeanHeads(heads, recipe.vision.hidden_size)
        self.photos = nn.ModuleDict(
            {name: nn.Linear(recipe.vision.hidden_size, n) for name, n in photo_classes.items()}
        )


def augment(pixels: np.ndarray, rng: np.random.Generator) -> Tensor:
    """uint8 [B, H, W, 3] -> normalised [B, 3, H, W], shifted, softened and re-lit a little.

    Shifts by up to 1/28 of the side (edges repeated), softens half of the pictures by a shift of
    part of a pixel, as resizing from other sizes does, and scales brightness by up to 5 %.
    Nothing stronger: mirroring would spoil text, and exposure, colour and position are factors.
    """
    count, size = pixels.shape[:2]
    reach = max(1, size // 28)
    shifted = np.empty_like(pixels)
    for i, (dy, dx) in enumerate(rng.integers(-reach, reach + 1, (count, 2))):
        rows = np.clip(np.arange(size) + dy, 0, size - 1)
        columns = np.clip(np.arange(size) + dx, 0, size - 1)
        shifted[i] = pixels[i, rows[:, None], columns]
    batch = normalise(torch.from_numpy(shifted))
    part = np.clip(rng.uniform(-0.5, 0.5, (count, 1, 1, 1)), 0, None)
    moved = batch.roll(1, dims=int(rng.integers(2, 4)))
    batch = batch.lerp(moved, torch.from_numpy(part).float())
    gain = torch.from_numpy(rng.uniform(0.95, 1.05, (count, 1, 1, 1))).float()
    return (batch + 1) * gain - 1


@dataclass(frozen=True)
class Photos:
    """A collection of labelled real photographs, decoded."""

    name: str
    pixels: np.ndarray
    labels: np.ndarray
    classes: int


def load_photos(root: Path, size: int, cache: Path) -> list[Photos]:
    """Garments and groceries, training parts; an absent folder yields none."""
    found = []
    for name, table, label in (
        ("clothing", "items.jsonl", "label"),
        ("grocery", "train.jsonl", "class_id"),
    ):
        if not (root / name / table).exists():
            continue
        rows = read_jsonl(root / name / table)
        files = [_photo_path(root / name, row["image"]) for row in rows]
        classes = sorted({row[label] for row in rows}, key=str)
        labels = np.array([classes.index(row[label]) for row in rows])
        found.append(Photos(name, decode_all(files, size, cache), labels, len(classes)))
    return found


def _photo_path(folder: Path, name: str) -> Path:
    """Photo names are relative to the collection or to its `images` folder."""
    direct = folder / name
    return direct if direct.exists() else folder / "images" / name


@torch.no_grad()
def evaluate(
    model: FactorModel, pixels: np.ndarray, rows: np.ndarray, targets: Tensor, runtime: Runtime
) -> dict[str, float]:
    """Accuracy of choices and R^2 of numbers of the given rows, read from the mean patch."""
    model.eval()
    outputs = []
    for start in range(0, len(rows), 64):
        batch = normalise(torch.from_numpy(pixels[rows[start : start + 64]])).to(runtime.device)
        with runtime.autocast():
            outputs.append(model.mean_factors(model.vision(batch)).float().cpu())
    model.train()
    parts = torch.cat(outputs).split([head.width for head in model.heads], dim=1)
    scores = {}
    for column, (head, part) in enumerate(zip(model.heads, parts, strict=True)):
        truth = targets[rows, column]
        if head.classes:
            known = truth >= 0
            hits = part.argmax(1)[known] == truth[known].long()
            scores[head.name] = float(hits.float().mean())
        else:
            scores[head.name] = float(1 - F.mse_loss(part[:, 0], truth) / truth.var())
    return scores


def train(
    worker: Worker,
    recipe: Recipe,
    runtime: Runtime,
    data: Creatives,
    out: Path,
    photos: list[Photos],
    cache: Path,
    init: Path | None = None,
    stop_at: int | None = None,
) -> FactorModel:
    """Runs (or resumes) the stage.

    init: an earlier checkpoint, or a shipped revision's folder, whose tower the run starts from.
    stop_at: ends the run early, as a crash would, for the tests.
    """
    seed_everything(recipe.seed)
    stage = recipe.pretrain
    pixels = decode_all(data.files, recipe.vision.image_size, cache)
    names = list(data.order)
    factors = [with_read_price(data.creatives[name]["factors"]) for name in names]
    splits = np.array([data.split_of(name) for name in names])
    train_rows, val_rows = np.where(splits == "train")[0], np.where(splits == "val")[0][:400]
    heads = infer_heads([factors[i] for i in train_rows])
    targets = targets_of(heads, factors)
    model = FactorModel(recipe, heads, {p.name: p.classes for p in photos}).to(runtime.device)
    if init is not None:
        carry_over(model, init)
    optimizer = make_optimizer(model, stage.learning_rate)
    checkpoint = out / "vision.pt"
    first = load_checkpoint(checkpoint, model, optimizer).step if checkpoint.exists() else 0
    log = RunLog(out, "pretrain-vision", quiet=not worker.leads)
    parameters = sum(p.numel() for p in model.vision.parameters())
    log.write(
        event="start",
        step=first,
        images=len(train_rows),
        heads=len(heads),
        parameters=parameters,
        workers=worker.count,
        **runtime.describe(),
    )
    weights = torch.tensor([head_weight(head.name) for head in heads], device=runtime.device)
    for step in range(first, min(stage.steps, stop_at or stage.steps)):
        rng = batch_rng(recipe.seed, step)
        # Every worker draws the whole batch and takes its part: the draw does not depend on rank.
        photo_count = round(stage.batch * recipe.photo_share) if photos else 0
        rows = worker.part(rng.choice(train_rows, stage.batch - photo_count))
        photo = photos[step % len(photos)] if photo_count else None
        picked = worker.part(rng.integers(0, len(photo.labels), photo_count)) if photo else []
        stack = pixels[rows]
        if photo is not None and len(picked):
            stack = np.concatenate([stack, photo.pixels[picked]])
        batch = augment(stack, np.random.default_rng([recipe.seed, step, worker.rank]))
        with runtime.autocast():
            patches = model.vision(batch.to(runtime.device))
            seen = patches[: len(rows)]
            outputs = [model.factors(seen).float(), model.mean_factors(seen).float()]
        truth = targets[rows].to(runtime.device)
        parts = [torch.stack(list(factor_losses(o, truth, heads).values())) for o in outputs]
        loss = (torch.stack(parts).mean(0) * weights).sum() / weights.sum()
        total = loss + photo_loss(model, photo, patches[len(rows) :].mean(dim=1), picked)
        rate = warmup_cosine(step, stage.steps, stage.learning_rate, stage.warmup)
        norm = guarded_step(total, model, optimizer, rate, step, worker=worker)
        if step % stage.log_every == 0:
            log.write(event="step", step=step, loss=loss.item(), norm=norm, rate=rate)
        last = step + 1 == stage.steps
        if worker.leads and ((step + 1) % stage.checkpoint_every == 0 or last):
            classes = {head.name: list(head.classes) for head in heads}
            save_checkpoint(checkpoint, step + 1, model, optimizer, {"classes": classes})
        if (
            worker.leads
            and len(val_rows)
            and ((step + 1) % (4 * stage.checkpoint_every) == 0 or last)
        ):
            scores = evaluate(model, pixels, val_rows, targets, runtime)
            rounded = json.dumps({k: round(v, 3) for k, v in scores.items()})
            mean = float(np.mean(list(scores.values())))
            log.write(event="val", step=step + 1, mean=mean, scores=rounded)
    worker.wait()
    return model


def tower_state(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The vision tower among the weights of this stage or of the whole selector."""
    prefix = re.compile(r"(?:model\.vision_model|vision)\.")
    return {k[m.end() :]: v for k, v in weights.items() if (m := prefix.match(k))}


def carry_over(model: FactorModel, source: Path) -> None:
    """Starts from earlier weights: the tower, and what its heads have in common.

    source: a checkpoint of this stage, or the folder of a shipped selector, which has no heads.
    """
    if source.is_dir():
        carry_tower(model.vision, tower_state(read_weights(source)))
        return
    checkpoint = torch.load(source, map_location="cpu", weights_only=True)
    weights, saved = checkpoint["model"], checkpoint["extra"]["classes"]
    carry_tower(model.vision, tower_state(weights))
    names = list(saved)
    old_rows: dict[tuple[str, Any], int] = {}
    for name, classes in saved.items():
        for value in classes or [None]:
            old_rows[name, value] = len(old_rows)
    queries = weights["factors.queries"]
    pieces = [
        (weights[f"{prefix}.{name}"], getattr(module, name))
        for prefix, module in (
            ("factors", model.factors),
            ("mean_factors.out", model.mean_factors.out),
        )
        for name in ("weight", "bias")
        if f"{prefix}.{name}" in weights
    ]
    row = 0
    with torch.no_grad():
        for index, head in enumerate(model.heads):
            if head.name in names:
                model.factors.queries[index] = queries[names.index(head.name)]
            for value in head.classes or (None,):
                old = old_rows.get((head.name, value))
                if old is not None:
                    for old_weight, target in pieces:
                        target[row] = old_weight[old]
                row += 1


def carry_tower(tower: VisionTransformer, weights: dict[str, Tensor]) -> None:
    """Takes over a tower that may have seen smaller pictures or have fewer blocks.

    Positions are interpolated; blocks that it lacks stay the identity they begin as.
    """
    old = weights["embeddings.position_embedding.weight"]
    side = round(len(old) ** 0.5)
    grid = old.T.unflatten(1, (side, side))[None]  # [1, D, side, side]
    wanted = (tower.config.grid, tower.config.grid)
    new = F.interpolate(grid, wanted, mode="bicubic", align_corners=False)[0].flatten(1).T
    positions = {"embeddings.position_embedding.weight": new}
    tower.load_state_dict({**tower.state_dict(), **weights, **positions})


def photo_loss(
    model: FactorModel, photo: Photos | None, pooled: Tensor, picked: np.ndarray
) -> Tensor:
    """A small cross-entropy on real photographs; 0 for a batch (or a worker) without any.

    Every photo head takes part in the graph, so that all workers hold the same set of gradients.
    """
    total = sum((head.weight.sum() * 0 for head in model.photos.values()), pooled.sum() * 0)
    total = total + sum((head.bias.sum() * 0 for head in model.photos.values()), 0)
    if photo is None or len(picked) == 0:
        return total
    scores = model.photos[photo.name](pooled).float()
    labels = torch.from_numpy(photo.labels[picked]).to(scores.device)
    return total + 0.05 * F.cross_entropy(scores, labels) / np.log(photo.classes)


def work(worker: Worker, args: argparse.Namespace) -> None:
    """One process of a run."""
    recipe = with_steps(RECIPES[args.recipe], "pretrain", args.steps, args.learning_rate)
    runtime = open_runtime(args.device, args.threads)
    data = load_creatives(*args.data)
    size = recipe.vision.image_size
    photos = load_photos(args.photos, size, args.cache) if args.photos else []
    train(worker, recipe, runtime, data, args.out, photos, args.cache, args.init)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", choices=RECIPES, default="cpu")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--photos", type=Path, help="folder with clothing/ and grocery/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="folder for decoded pixels")
    parser.add_argument(
        "--init", type=Path, help="start from this checkpoint's or revision's tower"
    )
    parser.add_argument("--steps", type=int, help="replaces the recipe's number of steps")
    parser.add_argument("--learning-rate", type=float, help="replaces the recipe's peak rate")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--workers", type=int, default=1, help="processes that share each batch")
    args = parser.parse_args()
    launch(args.workers, work, args)


if __name__ == "__main__":
    main()
