"""Trains `moon2-nano` on top of the pretrained vision tower, by one of four methods.

`moon2` is MOON2.0's single supervised stage: every step encodes the views t, i and mm of queries
and candidates and adds up L = L_inter + L_intra + ρ L_aux + σ L_sparsity; `--without` switches one
part off for the ablation rows of the paper. `generative`, `contrastive` and `purchase` are MOON's
stages (`encoder.moon`); each starts from the one before with `--init`.
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
from common.runtime import Runtime, open_runtime, seed_everything
from common.tokenizer import IMAGE, load_tokenizer
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
from encoder.moon import MemoryBank, generative_loss, pair_losses, purchase_loss
from encoder.pictures import KeptPictures, LivePictures, Pictures
from encoder.pretrain_vision import VISION
from encoder.recipes import CPU, RECIPES

METHODS = ("moon2", "generative", "contrastive", "purchase")
ABLATIONS = {
    "experts": "experts",
    "alignment": "intra_alignment",
    "co-augmentation": "co_augmentation",
    "filtering": "filtering",
}
SHARES = {"catalogue": 0.45, "grocery": 0.3, "luma": 0.17, "clothing": 0.08}
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
        device = next(self.model.parameters()).device
        ids, valid = (tensor.to(device) for tensor in data.pad(self.tokenizer, sequences))
        return self.model(ids, valid, visual), valid


@dataclasses.dataclass(frozen=True)
class Drawn:
    """One step's products and the patch features of their query and main pictures."""

    batch: data.Batch
    query: Tensor
    main: Tensor


Parts = tuple[Tensor, dict[str, Tensor]]


def moon2_loss(
    views: Views,
    objective: ObjectiveWeights | None,
    drawn: Drawn,
    switches: Switches,
    progress: float,
) -> Parts:
    """MOON2.0: the total loss of one batch and its parts for the log."""
    batch, sizes = drawn.batch, views.model.config.matryoshka
    blank: list[str | None] = [None] * len(batch.groups)
    query_visual, main_visual = views.model.connect(drawn.query), views.model.connect(drawn.main)
    allowed = data.allowed_negatives(batch.groups).to(drawn.main.device)
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
                else torch.ones(len(similarity), device=similarity.device)
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

    vectors: dict[str, Tensor] = {}
    for name, (texts, visual) in queries.items():
        vectors[name], valid = views.encode(texts, visual)
        weigh(name, valid)
        parts[name] = contrast(vectors[name], candidate, TEMPERATURE_INTER)
    if switches.intra_alignment:
        image_vector, valid = views.encode(blank, main_visual)
        weigh("intra", valid)
        text_vector, _ = views.encode(batch.titles, None)
        # The product's own picture and title, both ways; and, our choice, what a shopper typed or
        # photographed with the other view of what was bought, since t→i and i→t are scored too.
        pairs = [
            (image_vector, text_vector),
            (text_vector, image_vector),
            (vectors["t"], image_vector),
            (vectors["i"], text_vector),
        ]
        aligned = [contrast(query, target, TEMPERATURE_INTRA) for query, target in pairs]
        parts["intra"] = torch.stack(aligned).mean()
    total = sum(weights[name] * part for name, part in parts.items())
    if objective is not None:
        total = total + RHO_BALANCE * torch.stack(balance).mean()
        total = total + SIGMA_SPARSITY * objective.sparsity()
    return total, parts


def moon_loss(views: Views, drawn: Drawn, method: str, bank: MemoryBank) -> Parts:
    """One of MOON's contrastive stages on one batch."""
    batch, model = drawn.batch, views.model
    blank: list[str | None] = [None] * len(batch.groups)
    query_visual, main_visual = model.connect(drawn.query), model.connect(drawn.main)
    text, _ = views.encode(batch.query_texts, None)
    image, _ = views.encode(blank, query_visual)
    both, _ = views.encode(batch.titles, main_visual)
    if method == "purchase":
        loss = purchase_loss([text, image], both, batch.groups, bank, model.config.matryoshka)
        return loss, {"purchase": loss}
    picture, _ = views.encode(blank, main_visual)
    title, _ = views.encode(batch.titles, None)
    kinds = {"i→i": (image, picture), "t→t": (text, title), "t→mm": (text, both)}
    losses = pair_losses(kinds, batch.groups, model.config.matryoshka)
    total = torch.stack(list(losses.values())).sum()
    return total, losses


class Trainee(nn.Module):
    """Everything that is trained: the encoder and, with experts, the matrix W*."""

    def __init__(self, config: Moon2Config) -> None:
        super().__init__()
        self.encoder = Moon2(config)
        self.objective = ObjectiveWeights(config.experts) if config.experts else None


@dataclasses.dataclass(frozen=True)
class Run:
    """What distinguishes one run from another."""

    output: Path
    method: str = "moon2"
    without: str = "none"
    steps: int = CPU.steps
    batch: int = CPU.batch
    seed: int = 11
    peak_rate: float = CPU.learning_rate
    init: Path | None = None
    stop_at: int | None = None  # ends early, as a crash would, for the tests

    @property
    def switches(self) -> Switches:
        off = {ABLATIONS[self.without]: False} if self.without != "none" else {}
        return dataclasses.replace(Switches(), **off)

    def describe(self) -> dict[str, str]:
        """For the log."""
        return {k: str(v) for k, v in dataclasses.asdict(self).items()}


def start_weights(trainee: Trainee, run: Run, tower: Path) -> None:
    """The tower of stage S2, or all weights of an earlier run."""
    if run.init is None:
        state = torch.load(tower, weights_only=True)["tower"]
        trainee.encoder.model["vision_model"].load_state_dict(state)
    else:
        load_checkpoint(run.init / "checkpoint.pt", trainee)


def draw(training: list[data.Product], pictures: Pictures, run: Run, rng: random.Random) -> Drawn:
    """The batch of a step."""
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    purchases = run.method == "purchase"
    enrich = run.method == "moon2" and run.switches.co_augmentation
    batch = data.sample_batch(training, SHARES, run.batch, rng, enrich, purchases)
    expand = rng if run.method == "moon2" and run.switches.co_augmentation else None
    query = pictures.query(batch.query_rows, generator)
    return Drawn(batch, query, pictures.main(batch.main_rows, generator, expand))


@dataclasses.dataclass(frozen=True)
class Setting:
    """What every step of a run needs."""

    views: Views
    objective: ObjectiveWeights | None
    training: list[data.Product]
    pictures: Pictures
    bank: MemoryBank


def step_loss(setting: Setting, run: Run, step: int) -> Parts:
    """The loss of a step, drawn from its number alone, so that a resume draws the same again."""
    rng = random.Random(run.seed * 1_000_003 + step)
    views, training, pictures = setting.views, setting.training, setting.pictures
    if run.method == "generative":
        written = data.sample_written(training, SHARES, run.batch, rng)
        features = pictures.plain(written.rows)
        loss = generative_loss(views.model, views.tokenizer, written, features, rng)
        return loss, {"generative": loss}
    drawn = draw(training, pictures, run, rng)
    if run.method == "moon2":
        return moon2_loss(views, setting.objective, drawn, run.switches, step / run.steps)
    return moon_loss(views, drawn, run.method, setting.bank)


def train(
    run: Run,
    trainee: Trainee,
    tokenizer: Tokenizer,
    products: list[data.Product],
    pictures: Pictures,
    runtime: Runtime,
) -> None:
    """Runs (or resumes) one method; `trainee` holds the weights to start from."""
    trainee.to(runtime.device)
    log = RunLog(run.output, "train")
    tokenizer.save(str(run.output / "tokenizer.json"))
    training = [p for p in products if p.split == "train" and p.query_rows]
    optimizer = make_optimizer(trainee, run.peak_rate)
    count = sum(p.numel() for p in trainee.encoder.parameters())
    grounding = any(scene.row is not None for p in training for scene in p.scenes)
    facts = {**run.describe(), **runtime.describe(), "grounding": str(grounding)}
    log.write(products=len(training), parameters=count, **facts)
    checkpoint, first, bank = run.output / "checkpoint.pt", 0, MemoryBank()
    if checkpoint.exists():
        progress = load_checkpoint(checkpoint, trainee, optimizer)
        first, bank = progress.step, MemoryBank(*progress.extra["bank"])
    views, mark = Views(trainee.encoder, tokenizer), time.time()
    setting = Setting(views, trainee.objective, training, pictures, bank)
    trainee.train()
    for step in range(first, min(run.steps, run.stop_at or run.steps)):
        with runtime.autocast():
            loss, parts = step_loss(setting, run, step)
        rate = warmup_cosine(step, run.steps, run.peak_rate, min(WARMUP, run.steps // 4))
        norm = guarded_step(loss, trainee, optimizer, rate, step)
        done = step + 1
        if done % LOG_EVERY == 0:
            speed = LOG_EVERY * run.batch / (time.time() - mark)
            mark = time.time()
            shown = {name: part.item() for name, part in parts.items()}
            log.write(step=done, loss=loss.item(), **shown, norm=norm, products_per_s=speed)
        if done % CHECKPOINT_EVERY == 0 or done in (run.steps, run.stop_at):
            extra = {
                "switches": dataclasses.asdict(run.switches),
                "method": run.method,
                "bank": (bank.vectors, bank.groups),
            }
            save_checkpoint(checkpoint, done, trainee, optimizer, extra)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument(
        "--generated", type=Path, nargs="+", default=[Path(".cache/creatives/train")]
    )
    parser.add_argument("--vision", type=Path, default=Path(".runs/encoder/vision/tower-s2.pt"))
    parser.add_argument("--init", type=Path, help="run folder whose weights and tokenizer to keep")
    parser.add_argument("--output", type=Path, default=Path(".runs/encoder/full"))
    parser.add_argument("--method", choices=METHODS, default="moon2")
    parser.add_argument("--without", choices=[*ABLATIONS, "none"], default="none")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument("--batch", type=int, help="instead of the recipe's")
    parser.add_argument("--learning-rate", type=float, help="instead of the recipe's")
    parser.add_argument("--frozen-tower", action="store_true")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--recipe", choices=RECIPES, help="default: that of the device")
    return parser.parse_args()


def main() -> None:
    args = parse_arguments()
    runtime = open_runtime(args.device, args.threads)
    seed_everything(args.seed)
    recipe = RECIPES[args.recipe or args.device]
    run = Run(
        args.output, args.method, args.without, args.steps or recipe.steps,
        args.batch or recipe.batch, args.seed, args.learning_rate or recipe.learning_rate,
        args.init,
    )  # fmt: skip
    products, pixels = data.load_products(
        args.photos, args.generated, VISION.image_size, grounding=args.method == "generative"
    )
    tokenizer = (
        load_tokenizer(args.init / "tokenizer.json")
        if args.init
        else data.catalogue_tokenizer(products)
    )
    trainee = Trainee(nano_config(tokenizer, run.switches.experts))
    start_weights(trainee, run, args.vision)
    trainee.to(runtime.device)
    tower = trainee.encoder.model["vision_model"]
    training = [p for p in products if p.split == "train" and p.query_rows]
    pictures: Pictures = LivePictures(tower, pixels)
    if args.frozen_tower:
        tower.requires_grad_(requires_grad=False)
        pictures = KeptPictures(tower, pixels, training)
    train(run, trainee, tokenizer, products, pictures, runtime)


if __name__ == "__main__":
    main()
