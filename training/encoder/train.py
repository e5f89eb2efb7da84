"""Trains `moon2-nano`: MOON2.0's single supervised stage on top of the pretrained vision tower.

Every step encodes the views t, i and mm of queries and candidates and adds up
L = L_inter + L_intra + ρ L_aux + σ L_sparsity. `--without` switches one part off for the ablation
rows of the paper.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from common.checkpoint import load_checkpoint, save_checkpoint
from common.decoder import TextConfig
from common.idefics3 import MultimodalConfig
from common.logs import RunLog
from common.optim import guarded_step, make_optimizer, warmup_cosine
from common.runtime import open_runtime, seed_everything
from common.tokenizer import IMAGE
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
PEAK_RATE = 6e-4
WARMUP = 80
LOG_EVERY = 20
CHECKPOINT_EVERY = 100


def nano_config(tokenizer: Tokenizer, experts: bool) -> Moon2Config:
    """Sizes of moon2-nano; without experts the plain block is as wide as two experts."""
    text = TextConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=192,
        intermediate_size=320 if experts else 640,
        num_hidden_layers=2,
        num_attention_heads=3,
        num_key_value_heads=1,
        max_position_embeddings=256,
        bidirectional=True,
    )
    shared = MultimodalConfig(VISION, text, 2, tokenizer.token_to_id(IMAGE))
    return Moon2Config(shared, experts=4 if experts else 0)


class Views:
    """Encodes batches of views with shared visual tokens."""

    def __init__(self, model: Moon2, tokenizer: Tokenizer) -> None:
        self.model, self.tokenizer = model, tokenizer
        self.image_tokens = model.config.shared.image_tokens

    def encode(self, texts: list[str | None], visual: Tensor | None) -> tuple[Tensor, Tensor]:
        """Vectors [n, D] and validity [n, T]; `visual` [n, V, C] or None for text only."""
        count = self.image_tokens if visual is not None else 0
        sequences = [data.encode_view(self.tokenizer, t, count) for t in texts]
        ids, valid = data.pad(self.tokenizer, sequences)
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
    parser.add_argument("--steps", type=int, default=360)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--without", choices=[*ABLATIONS, "none"], default="none")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--device", choices=["cpu"], default="cpu")
    return parser.parse_args()


class Trainee(nn.Module):
    """Everything that is trained: the encoder and, with experts, the matrix W*."""

    def __init__(self, config: Moon2Config) -> None:
        super().__init__()
        self.encoder = Moon2(config)
        self.objective = ObjectiveWeights(config.experts) if config.experts else None


def main() -> None:
    args = parse_arguments()
    runtime = open_runtime(args.device, args.threads)
    seed_everything(args.seed)
    off = {ABLATIONS[args.without]: False} if args.without != "none" else {}
    switches = dataclasses.replace(Switches(), **off)
    log = RunLog(args.output, "train")

    generated = args.generated if args.generated.exists() else None
    products, pixels = data.load_products(args.photos, generated, VISION.image_size)
    tokenizer = data.catalogue_tokenizer(products)
    tokenizer.save(str(args.output / "tokenizer.json"))
    training = [p for p in products if p.split == "train" and p.query_rows]
    trainee = Trainee(nano_config(tokenizer, switches.experts))
    trainee.encoder.model["vision_model"].load_state_dict(torch.load(args.vision)["tower"])
    optimizer = make_optimizer(trainee, PEAK_RATE)
    count = sum(p.numel() for p in trainee.encoder.parameters())
    log.write(products=len(training), parameters=count, without=args.without, **runtime.describe())

    checkpoint, first = args.output / "checkpoint.pt", 0
    if checkpoint.exists():
        first = load_checkpoint(checkpoint, trainee, optimizer).step
    views, mark = Views(trainee.encoder, tokenizer), time.time()
    for step in range(first, args.steps):
        rng = random.Random(args.seed * 1_000_003 + step)  # a resume draws the same batch again
        generator = torch.Generator().manual_seed(rng.getrandbits(40))
        batch = data.sample_batch(training, SHARES, args.batch, rng, switches.co_augmentation)
        query = augment(pixels[batch.query_rows], VISION.image_size, generator)
        main_images = augment(pixels[batch.main_rows], VISION.image_size, generator, 0.5)
        if switches.co_augmentation:
            main_images = data.expand_background(main_images, rng)
        with runtime.autocast():
            loss, parts = step_loss(
                views, trainee.objective, batch, (query, main_images), switches, step / args.steps
            )
        rate = warmup_cosine(step, args.steps, PEAK_RATE, WARMUP)
        norm = guarded_step(loss, trainee, optimizer, rate, step)
        done = step + 1
        if done % LOG_EVERY == 0:
            speed = LOG_EVERY * args.batch / (time.time() - mark)
            mark = time.time()
            log.write(step=done, loss=loss.item(), **parts, norm=norm, products_per_s=speed)
        if done % CHECKPOINT_EVERY == 0 or done == args.steps:
            extra = {"switches": dataclasses.asdict(switches)}
            save_checkpoint(checkpoint, done, trainee, optimizer, extra)


if __name__ == "__main__":
    main()
