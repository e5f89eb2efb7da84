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
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from common.checkpoint import load_checkpoint, read_weights, save_checkpoint
from common.decoder import TextConfig
from common.idefics3 import MultimodalConfig
from common.logs import RunLog
from common.optim import guarded_step, make_optimizer, warmup_cosine
from common.parallel import Worker, launch
from common.runtime import Runtime, open_runtime, seed_everything
from common.tokenizer import IMAGE, load_tokenizer
from encoder.batches import (
    SIGNAL_SHARES,
    Sampler,
    catalogue_tokenizer,
    sample_written,
)
from encoder.catalogue import Catalogue, Product, load_catalogue
from encoder.losses import ObjectiveWeights, Switches
from encoder.model import Moon2, Moon2Config, normalised_prefix
from encoder.moon import MemoryBank, generative_loss
from encoder.objectives import Drawn, Parts, Views, moon2_loss, moon_loss
from encoder.pictures import KeptPictures, LivePictures, Pictures
from encoder.pretrain_vision import VISION, shown_rows
from encoder.purchases import cleaned
from encoder.recipes import RECIPES, Stage

METHODS = ("moon2", "generative", "contrastive", "purchase")
# What an ablation leaves out. The paper's are experts, alignment, co-augmentation and filtering.
ABLATIONS = {
    "experts": Switches(experts=False),
    "experts, as many weights": Switches(experts=False),
    "alignment": Switches(inter=False, intra=False, cross=False),
    "intra-product alignment": Switches(intra=False),
    "cross-view terms (ours)": Switches(cross=False),
    "co-augmentation": Switches(co_augmentation=False),
    "filtering": Switches(filtering=False),
}
PLAIN_WIDTH = {"experts": 640, "experts, as many weights": 1280}
ALIKE = 4  # products of a category side by side, in the batches that are alike
AUGMENTED = 0.5  # share of steps whose candidates are augmented; test data never are
WARMUP = 80
LOG_EVERY = 20
CHECKPOINT_EVERY = 100


def nano_config(tokenizer: Tokenizer, without: str = "none") -> Moon2Config:
    """Sizes of moon2-nano.

    Without experts the plain block is as wide as the two experts a token takes, or as all four.
    """
    width = PLAIN_WIDTH.get(without)
    text = TextConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=192,
        intermediate_size=width or 320,
        num_hidden_layers=2,
        num_attention_heads=3,
        num_key_value_heads=1,
        max_position_embeddings=256,
        bidirectional=True,
    )
    shared = MultimodalConfig(VISION, text, 2, tokenizer.token_to_id(IMAGE))
    return Moon2Config(shared, experts=0 if width else 4)


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
    stage: Stage
    method: str = "moon2"
    without: str = "none"
    seed: int = 11
    init: Path | None = None
    stop_at: int | None = None  # ends early, as a crash would, for the tests

    @property
    def switches(self) -> Switches:
        """What this run leaves out."""
        return ABLATIONS.get(self.without, Switches())

    def describe(self) -> dict[str, str]:
        """For the log."""
        facts = {**dataclasses.asdict(self.stage), **dataclasses.asdict(self)}
        return {k: str(v) for k, v in facts.items() if k not in ("stage", "output")}


def prepare(run: Run, catalogue: Catalogue, tower: Path) -> tuple[Trainee, Tokenizer]:
    """What a run trains, with the weights and the tokenizer that it starts from."""
    tokenizer = (
        load_tokenizer(run.init / "tokenizer.json")
        if run.init
        else catalogue_tokenizer(catalogue.products)
    )
    trainee = Trainee(nano_config(tokenizer, run.without))
    start_weights(trainee, run, tower)
    return trainee, tokenizer


def start_weights(trainee: Trainee, run: Run, tower: Path) -> None:
    """The tower of stage S2, or all weights of an earlier run."""
    if run.init is None:
        weights = read_weights(tower)
        own = {k.removeprefix("tower."): v for k, v in weights.items() if k.startswith("tower.")}
        trainee.encoder.model["vision_model"].load_state_dict(own)
    else:
        load_checkpoint(run.init / "checkpoint.pt", trainee)


@dataclasses.dataclass(frozen=True)
class Setting:
    """What every step of a run needs."""

    views: Views
    objective: ObjectiveWeights | None
    sampler: Sampler
    pictures: Pictures
    bank: MemoryBank
    worker: Worker = Worker()  # noqa: RUF009 - a frozen value


def draw(setting: Setting, run: Run, step: int) -> Drawn:
    """The batch of a step, a function of (seed, step, worker) alone.

    Products, searches and pictures are the same for every method with the same signals: what
    augmentation draws comes from a generator of its own.
    """
    name = f"{run.seed}/{step}/{setting.worker.rank}"
    rng, extra = random.Random(name), random.Random(f"{name}/augmentation")
    count = run.stage.batch // setting.worker.count
    signals = SIGNAL_SHARES if run.method == "contrastive" else None
    is_alike = random.Random(f"{name}/alike").random() < run.stage.alike
    batch = setting.sampler.batch(count, rng, signals, ALIKE if is_alike else 1)
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    query = setting.pictures.query(batch.query_rows, generator)
    main = setting.pictures.main(batch.main_rows, generator)
    expanded = None
    augments = run.method == "moon2" and run.switches.co_augmentation
    if augments and extra.random() < AUGMENTED:
        expanded = setting.pictures.expanded(batch.expanded_rows, generator)
    return Drawn(batch, query, main, expanded)


def step_loss(setting: Setting, run: Run, step: int) -> Parts:
    """The loss of a step, drawn from its number alone, so that a resume draws the same again."""
    rng = random.Random(f"{run.seed}/{step}/{setting.worker.rank}/loss")
    views = setting.views
    if run.method == "generative":
        count = run.stage.batch // setting.worker.count
        written = sample_written(setting.sampler, count, rng)
        features = setting.pictures.plain(written.rows)
        loss = generative_loss(views.model, views.tokenizer, written, features, rng)
        return loss, {"generative": loss}
    drawn = draw(setting, run, step)
    if run.method == "moon2":
        progress = step / run.stage.steps
        return moon2_loss(views, setting.objective, drawn, run.switches, progress, rng)
    return moon_loss(views, drawn, run.method, setting.bank, setting.worker)


@torch.no_grad()
def similarities(
    views: Views, pictures: Pictures, texts: list[str], products: list[Product]
) -> Tensor:
    """Cosines [n] of texts (view t) and products (view mm), by the model as it is."""
    views.model.eval()
    out = []
    for at in range(0, len(texts), 64):
        part = products[at : at + 64]
        visual = views.model.connect(pictures.plain([p.main_rows[0] for p in part]))
        item, _ = views.encode([p.titles[0] for p in part], visual)
        text, _ = views.encode(list(texts[at : at + 64]))
        width = item.shape[-1]
        out.append((normalised_prefix(text, width) * normalised_prefix(item, width)).sum(-1))
    views.model.train()
    return torch.cat(out) if out else torch.zeros(0)


def make_sampler(run: Run, catalogue: Catalogue, views: Views, pictures: Pictures) -> Sampler:
    """Of the training products; for post-training b of their cleaned purchases."""
    if run.method != "purchase":
        return Sampler(catalogue.training, catalogue.rows)
    kept, shares = cleaned(
        catalogue.training, lambda texts, items: similarities(views, pictures, texts, items)
    )
    return Sampler(kept, catalogue.rows, shares)


def train(
    run: Run,
    trainee: Trainee,
    tokenizer: Tokenizer,
    catalogue: Catalogue,
    pictures: Pictures,
    runtime: Runtime,
    worker: Worker | None = None,
) -> None:
    """Runs (or resumes) one method; `trainee` holds the weights to start from."""
    worker = worker or Worker()
    trainee.to(runtime.device)
    log = RunLog(run.output, "train", quiet=not worker.leads)
    tokenizer.save(str(run.output / "tokenizer.json"))
    views = Views(trainee.encoder, tokenizer)
    # Before a checkpoint is loaded: a resumed run cleans by the same weights as at its start.
    sampler = make_sampler(run, catalogue, views, pictures)
    shares = {"encoder.model.vision_model.": run.stage.tower}
    optimizer = make_optimizer(trainee, run.stage.learning_rate, shares=shares)
    count = sum(p.numel() for p in trainee.encoder.parameters())
    log.write(products=len(sampler.products), parameters=count, workers=worker.count,
              **run.describe(), **runtime.describe())  # fmt: skip
    checkpoint, first, bank = run.output / "checkpoint.pt", 0, MemoryBank()
    if checkpoint.exists():
        progress = load_checkpoint(checkpoint, trainee, optimizer)
        first, bank = progress.step, MemoryBank(*progress.extra["bank"])
    setting = Setting(views, trainee.objective, sampler, pictures, bank, worker)
    trainee.train()
    steps = run.stage.steps
    for step in range(first, min(steps, run.stop_at or steps)):
        with runtime.autocast():
            loss, parts = step_loss(setting, run, step)
        rate = warmup_cosine(step, steps, run.stage.learning_rate, min(WARMUP, steps // 4))
        norm = guarded_step(loss, trainee, optimizer, rate, step, worker=worker)
        done = step + 1
        if done % LOG_EVERY == 0:
            shown = {name: part.item() for name, part in parts.items()}
            log.write(step=done, loss=loss.item(), **shown, norm=norm, rate=rate)
        if worker.leads and (done % CHECKPOINT_EVERY == 0 or done in (steps, run.stop_at)):
            extra = {
                "without": run.without,
                "method": run.method,
                "bank": (bank.vectors, bank.keys),
            }
            save_checkpoint(checkpoint, done, trainee, optimizer, extra)
    worker.wait()


def work(worker: Worker, args: argparse.Namespace) -> None:
    """One process of a run."""
    runtime, recipe = open_runtime(args.device, args.threads), RECIPES[args.recipe or args.device]
    seed_everything(args.seed)
    stage: Stage = getattr(recipe, args.method)
    wanted = {
        "steps": args.steps, "batch": args.batch, "learning_rate": args.learning_rate
    }  # fmt: skip
    stage = dataclasses.replace(stage, **{k: v for k, v in wanted.items() if v is not None})
    run = Run(args.output, stage, args.method, args.without, args.seed, args.init)
    catalogue = load_catalogue(args.photos, args.generated, VISION.image_size)
    trainee, tokenizer = prepare(run, catalogue, args.vision)
    trainee.to(runtime.device)
    tower = trainee.encoder.model["vision_model"]
    pictures: Pictures = LivePictures(tower, catalogue.pixels)
    if args.frozen_tower:
        tower.requires_grad_(requires_grad=False)
        pictures = KeptPictures(tower, catalogue.pixels, training_rows(catalogue))
    train(run, trainee, tokenizer, catalogue, pictures, runtime, worker)


def training_rows(catalogue: Catalogue) -> list[int]:
    """All pictures that training may ask for, creatives for grounding among them."""
    placed = [scene.row for p in catalogue.training for scene in p.scenes if scene.row is not None]
    return [*shown_rows(catalogue.training), *placed]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=Path("../shared/data"))
    parser.add_argument("--generated", type=Path, nargs="+", required=True)
    parser.add_argument("--vision", type=Path, default=Path(".runs/encoder/vision/tower-s2.pt"))
    parser.add_argument("--init", type=Path, help="run folder whose weights and tokenizer to keep")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--method", choices=METHODS, default="moon2")
    parser.add_argument("--without", choices=[*ABLATIONS, "none"], default="none")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument(
        "--batch", type=int, help="instead of the recipe's, of all workers together"
    )
    parser.add_argument("--learning-rate", type=float, help="instead of the recipe's")
    parser.add_argument("--frozen-tower", action="store_true")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--workers", type=int, default=1, help="processes that share each batch")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--recipe", choices=RECIPES, help="default: that of the device")
    args = parser.parse_args()
    launch(args.workers, work, args)


if __name__ == "__main__":
    main()
