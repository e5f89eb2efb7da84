"""Trains `moon2-nano`: MOON2.0's single supervised stage on top of the pretrained vision tower.

Every step encodes the views t, i and mm of queries and candidates and adds up
L = L_inter + L_intra + ρ L_aux + σ L_sparsity. `--without` switches one part off for the ablation
rows of the paper.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import math
import random
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from common.decoder import TextConfig
from common.idefics3 import MultimodalConfig
from common.runtime import open_runtime, seed_everything
from encoder import data
from encoder.losses import (
    RHO_BALANCE,
    SIGMA_SPARSITY,
    TEMPERATURE_INTER,
    TEMPERATURE_INTRA,
    ObjectiveWeights,
    Switches,
    filter_weights,
    info_nce,
    load_balance,
    margin_at,
    matryoshka,
)
from encoder.model import Moon2, Moon2Config
from encoder.photos import augment
from encoder.pretrain_vision import VISION

ABLATIONS = {
    "experts": "experts",
    "alignment": "intra_alignment",
    "co-augmentation": "co_augmentation",
    "filtering": "filtering",
}
SHARES = {"catalogue": 0.45, "grocery": 0.3, "luma": 0.17, "clothing": 0.08}
PEAK_RATE = 8e-4
VISION_RATE_FACTOR = 0.3


def nano_config(vocabulary: int, experts: bool) -> Moon2Config:
    """Sizes of moon2-nano; without experts the plain block is as wide as two experts."""
    text = TextConfig(
        vocab_size=vocabulary,
        hidden_size=192,
        intermediate_size=320 if experts else 640,
        num_hidden_layers=3,
        num_attention_heads=3,
        num_key_value_heads=1,
        max_position_embeddings=256,
        bidirectional=True,
    )
    shared = MultimodalConfig(VISION, text, scale_factor=2, image_token_id=data.IMAGE)
    return Moon2Config(shared, experts=4 if experts else 0)


class Views:
    """Encodes batches of views with shared visual tokens."""

    def __init__(self, model: Moon2, tokenizer) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.image_tokens = model.config.shared.image_tokens

    def encode(self, texts: list[str | None], visual: Tensor | None) -> tuple[Tensor, Tensor]:
        """Vectors [n, D] and validity [n, T]; `visual` [n, V, C] or None for text only."""
        count = self.image_tokens if visual is not None else 0
        ids, valid = data.pad([data.encode_view(self.tokenizer, t, count) for t in texts])
        return self.model(ids, valid, visual), valid


def step_loss(
    views: Views,
    objective: ObjectiveWeights | None,
    batch: data.Batch,
    pixels: tuple[Tensor, Tensor],
    switches: Switches,
    progress: float,
) -> tuple[Tensor, dict[str, float]]:
    """The total loss of one batch and its parts for the log."""
    sizes = views.model.config.matryoshka
    blank: list[str | None] = [None] * len(batch.groups)
    query_visual = views.model.visual_tokens(pixels[0])
    main_visual = views.model.visual_tokens(pixels[1])
    allowed = data.allowed_negatives(batch.groups)
    candidate, _ = views.encode(batch.titles, main_visual)
    queries = {
        "t": (batch.query_texts, None),
        "i": (blank, query_visual),
        "mm": (batch.query_texts, query_visual),
    }
    parts: dict[str, Tensor] = {}
    weights: dict[str, Tensor | float] = {}
    balance: list[Tensor] = []

    def contrast(query: Tensor, target: Tensor, temperature: float) -> Tensor:
        def of(similarity: Tensor) -> Tensor:
            margin = margin_at(progress)
            row_weights = (
                filter_weights(similarity, allowed, margin)
                if switches.filtering
                else torch.ones(len(similarity))
            )
            return info_nce(similarity, allowed, temperature, row_weights)

        return matryoshka(of, query, target, sizes)

    def weigh(name: str, valid: Tensor) -> None:
        if objective is None:
            weights[name] = 1.0
            return
        gates, gate_weights = views.model.gate_statistics(valid)
        weights[name] = objective.weight(name, gate_weights)
        balance.append(load_balance(gates, gate_weights))

    for name, (texts, visual) in queries.items():
        vector, valid = views.encode(texts, visual)
        weigh(name, valid)
        parts[name] = contrast(vector, candidate, TEMPERATURE_INTER)
    if switches.intra_alignment:
        image_vector, valid = views.encode(blank, main_visual)
        weigh("intra", valid)
        text_vector, _ = views.encode(batch.titles, None)
        forward = contrast(image_vector, text_vector, TEMPERATURE_INTRA)
        backward = contrast(text_vector, image_vector, TEMPERATURE_INTRA)
        parts["intra"] = (forward + backward) / 2
    total = sum(weights[name] * part for name, part in parts.items())
    if objective is not None:
        total = total + RHO_BALANCE * torch.stack(balance).mean()
        total = total + SIGMA_SPARSITY * objective.sparsity()
    return total, {name: part.item() for name, part in parts.items()}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument("--generated", type=Path, default=Path(".cache/creatives/train"))
    parser.add_argument("--vision", type=Path, default=Path(".runs/encoder/vision/tower-s2.pt"))
    parser.add_argument("--output", type=Path, default=Path(".runs/encoder/full"))
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--without", choices=[*ABLATIONS, "none"], default="none")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--device", choices=["cpu"], default="cpu")
    return parser.parse_args()


def optimiser_for(model: Moon2, objective: ObjectiveWeights | None) -> torch.optim.AdamW:
    """AdamW; the pretrained tower learns more slowly than the rest."""
    tower = list(model.model["vision_model"].parameters())
    known = {id(p) for p in tower}
    rest = [p for p in model.parameters() if id(p) not in known]
    rest += list(objective.parameters()) if objective else []
    groups = [
        {"params": tower, "factor": VISION_RATE_FACTOR},
        {"params": rest, "factor": 1.0},
    ]
    return torch.optim.AdamW(groups, lr=PEAK_RATE, weight_decay=0.05, betas=(0.9, 0.98))


def main() -> None:
    args = parse_arguments()
    runtime = open_runtime(args.device, args.threads)
    seed_everything(args.seed)
    args.output.mkdir(parents=True, exist_ok=True)
    off = {ABLATIONS[args.without]: False} if args.without != "none" else {}
    switches = dataclasses.replace(Switches(), **off)

    generated = args.generated if args.generated.exists() else None
    products, pixels = data.load_products(args.photos, generated, VISION.image_size)
    tokenizer = data.train_tokenizer(products)
    tokenizer.save(str(args.output / "tokenizer.json"))
    training = [p for p in products if p.split == "train" and p.query_rows]
    config = nano_config(tokenizer.get_vocab_size(), switches.experts)
    model = Moon2(config)
    if args.vision.exists():
        model.model["vision_model"].load_state_dict(torch.load(args.vision)["tower"])
    objective = ObjectiveWeights(config.experts) if switches.experts else None
    optimiser = optimiser_for(model, objective)
    count = sum(p.numel() for p in model.parameters())
    facts = {"products": len(training), "parameters": count, **runtime.describe()}
    print(json.dumps({**facts, "without": args.without}), flush=True)

    checkpoint = args.output / "checkpoint.pt"
    first = 1
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        if objective:
            objective.load_state_dict(saved["objective"])
        first = saved["step"] + 1
    log = csv.writer((args.output / "log.csv").open("a", newline=""))
    views, mark = Views(model, tokenizer), time.time()
    for step in range(first, args.steps + 1):
        rng = random.Random(args.seed * 1_000_003 + step)  # a resume draws the same batch again
        generator = torch.Generator().manual_seed(rng.getrandbits(40))
        warm = min(1.0, step / 80)
        rate = PEAK_RATE * warm * (0.5 + 0.5 * math.cos(math.pi * step / args.steps)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        batch = data.sample_batch(training, SHARES, args.batch, rng, switches.co_augmentation)
        query = augment(pixels[batch.query_rows], VISION.image_size, generator)
        main_images = augment(pixels[batch.main_rows], VISION.image_size, generator, 0.5)
        if switches.co_augmentation:
            main_images = data.expand_background(main_images, rng)
        with runtime.autocast():
            loss, parts = step_loss(
                views, objective, batch, (query, main_images), switches, step / args.steps
            )
        if not math.isfinite(loss.item()):
            raise SystemExit(f"train: non-finite loss at step {step}: {parts}")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step % 20 == 0:
            speed = 20 * args.batch / (time.time() - mark)
            mark = time.time()
            shown = {k: round(v, 3) for k, v in parts.items()}
            log.writerow([step, f"{loss.item():.4f}", json.dumps(shown), f"{norm:.3f}"])
            print(f"{step}/{args.steps} {loss.item():.3f} {shown} {speed:.1f}/s", flush=True)
        if step % 200 == 0 or step == args.steps:
            torch.save(
                {
                    "model": model.state_dict(),
                    "objective": objective.state_dict() if objective else None,
                    "optimiser": optimiser.state_dict(),
                    "config": config,
                    "step": step,
                },
                checkpoint,
            )


if __name__ == "__main__":
    main()
