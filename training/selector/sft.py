"""Stage 1: supervised fine-tuning on chains of thought, from cached vision features.

Both display orders and both languages of every training pair are learned, with the answers flipped
together. A share of the examples asks for the answers alone, in a prompt of its own: such sequences
are half as long, so the comparison itself is learned from more pairs in the same time. Beside the
text, two things are learned (ours, `selector.evidence`): the facts an answer follows from, and that
the answers of both orders are mirror images.
"""

import argparse
import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from common.checkpoint import load_checkpoint, save_checkpoint
from common.idefics3 import MultimodalModel
from common.images import decode_all
from common.logs import RunLog
from common.optim import guarded_step, make_optimizer, warmup_cosine
from common.parallel import Worker, launch
from common.runtime import Runtime, open_runtime, seed_everything
from selector.data import Creatives, load_creatives
from selector.describe import describe_product, describe_prompt, describe_text
from selector.draws import draw_batch
from selector.drill import Drills
from selector.evidence import Asked, EvidenceHeads, LastLayerInput, mirror_loss
from selector.examples import (
    LANGUAGES,
    ORDERS,
    Batch,
    LossWeights,
    View,
    Vocabulary,
    answers_in,
    collate,
    fit_tokenizer,
    token_weights,
)
from selector.factors import factor_table
from selector.matching import LAYER, fit_matching, fitted_parts
from selector.model import (
    build_model,
    load_all_but_vision,
    load_vision,
    load_vocabulary,
    vision_features,
)
from selector.recipes import RECIPES, Recipe, with_steps
from selector.sides import Sample, name_words, set_sides
from selector.wording import Wording

WIRING_PICTURES = 8_000
VAL_PAIRS = 240
EVIDENCE_WEIGHT, MIRROR_WEIGHT = 2.0, 0.6  # beside the loss of the text


def hidden_states(model: MultimodalModel, batch: Batch, features: Tensor) -> Tensor:
    """What the text model makes of a batch, [B, T, C]. features: [B, 2, P, D] of its pictures."""
    embeddings = model.embed(batch.ids.to(features.device), features.flatten(0, 1).float())
    return model.model.text_model(embeddings)


def response_logprobs(
    model: MultimodalModel, batch: Batch, hidden: Tensor
) -> tuple[Tensor, Tensor]:
    """Log-probabilities of the response tokens, flat [R], and their weights [R]."""
    ids, weights = batch.ids.to(hidden.device), batch.weights.to(hidden.device)
    targets = weights[:, 1:] > 0
    logits = model.logits(hidden[:, :-1][targets]).float()
    picked = -F.cross_entropy(logits, ids[:, 1:][targets], reduction="none")
    return picked, weights[:, 1:][targets]


def logits_before(model: MultimodalModel, hidden: Tensor, asked: list[Asked]) -> Tensor:
    """Scores of the tokens at the answers' places, [len(asked), V]."""
    return model.logits(hidden[[a.row for a in asked], [a.token for a in asked]])


def train(
    worker: Worker,
    recipe: Recipe,
    runtime: Runtime,
    data: Creatives,
    out: Path,
    features: Tensor,
    init: Path | None = None,
    stop_at: int | None = None,
    reset_sides: bool = False,
) -> MultimodalModel:
    """Runs (or resumes) the stage.

    init: an earlier checkpoint of this stage, or a shipped revision's folder, perhaps over another
    tower, to start from.
    reset_sides: with `init`, set the side-reading heads anew, for a tower whose features mean
    something else.
    """
    seed_everything(recipe.seed + 1)
    stage, vocabulary = recipe.sft, load_vocabulary(out)
    model = build_model(recipe, vocabulary)
    added = load_all_but_vision(model, init) if init is not None else 0
    load_vision(model, out / "vision.pt")
    if init is None or reset_sides:
        wire_sides(model, vocabulary, data, features, LAYER + 1 if recipe.matching else 1)
    checkpoint, drills = out / "sft.pt", Drills(data, vocabulary)
    log = RunLog(out, "sft", quiet=not worker.leads)
    if recipe.matching and (init is None or added or reset_sides) and not checkpoint.exists():
        fit_matching(model, vocabulary, data, features, drills, log, recipe.seed + 1)
    freeze_fitted(recipe, model)
    heads, last_input = EvidenceHeads(model.config.text.hidden_size), LastLayerInput(model)
    learned = torch.nn.ModuleList([model, heads]).to(runtime.device)
    optimizer, first = make_optimizer(learned, stage.learning_rate), 0
    if checkpoint.exists():
        progress = load_checkpoint(checkpoint, model, optimizer)
        first = progress.step
        heads.load_state_dict(progress.extra["evidence"])
    elif init is not None and init.is_file():
        heads.carry_over(init)
    pairs, val_pairs = data.pairs_of("train"), spread(data.pairs_of("val"), VAL_PAIRS)
    log.write(
        event="start",
        step=first,
        pairs=len(pairs),
        vocabulary=vocabulary.tokenizer.get_vocab_size(),
        parameters=sum(p.numel() for p in model.parameters()),
        workers=worker.count,
        **runtime.describe(),
    )
    image_tokens, wording = model.config.image_tokens, Wording.read(out, data, features)
    for step in range(first, min(stage.steps, stop_at or stage.steps)):
        batch, asked = draw_batch(
            recipe, pairs, data, vocabulary, step, image_tokens, worker, wording, drills
        )
        with runtime.autocast():
            hidden = hidden_states(model, batch, features[batch.images].to(runtime.device))
            logprobs, weights = response_logprobs(model, batch, hidden)
        evidence = heads.loss(last_input.states, asked)
        mirror = mirror_loss(logits_before(model, hidden, asked), asked, vocabulary)
        loss = -(logprobs * weights).sum() / weights.sum()
        total = loss + EVIDENCE_WEIGHT * evidence + MIRROR_WEIGHT * mirror
        rate = warmup_cosine(step, stage.steps, stage.learning_rate, stage.warmup)
        norm = guarded_step(total, learned, optimizer, rate, step, worker=worker)
        if step % stage.log_every == 0:
            log.write(event="step", step=step, loss=loss.item(), norm=norm, rate=rate,
                      evidence=evidence.item(), mirror=mirror.item(),
                      answers=_mean_loss(logprobs, weights > 1), tokens=int(batch.ids.numel()),
                      sequences=len(batch.ids))  # fmt: skip
        due = (step + 1) % stage.checkpoint_every == 0 or step + 1 == stage.steps
        if due and worker.leads:
            extra = {"evidence": heads.state_dict()}
            save_checkpoint(checkpoint, step + 1, model, optimizer, extra)
            scores = forced_scores(
                model, data, vocabulary, val_pairs, features, runtime, drills, wording
            )
            log.write(event="val", step=step + 1, **scores)
    worker.wait()
    return model


def freeze_fitted(recipe: Recipe, model: MultimodalModel) -> None:
    """Leaves the tower, and what `selector.matching` fitted, as they are."""
    model.model.vision_model.requires_grad_(False)
    if recipe.matching:
        # The first steps shake all weights, and what was fitted would not come back.
        for part in fitted_parts(model):
            part.requires_grad_(False)


def wire_sides(
    model: MultimodalModel, vocabulary: Vocabulary, data: Creatives, features: Tensor, layer: int
) -> None:
    """Sets the heads that read the two sides (`selector.sides`), from training pictures.

    layer: the first that compares the pictures.
    """
    factors = [creative["factors"] for creative in data.creatives.values()]
    rows = [i for name, i in data.order.items() if data.split_of(name) == "train"]
    rows = rows[: min(len(rows), WIRING_PICTURES) // 2 * 2]
    prompt = describe_prompt(View(data.pairs_of("train")[0], "AB", "en"), model.config.image_tokens)
    ids = torch.tensor([vocabulary.encode(prompt)] * (len(rows) // 2))
    sample = Sample(ids, features[rows])
    channels = set_sides(model, vocabulary, sample, factor_table([factors[i] for i in rows]), layer)
    # What a picture shows needs more directions than one layer reads: two layers share the words.
    for above, seen in ((layer + 1, describe_product), (layer + 2, describe_text)):
        if above >= len(model.model.text_model.layers):
            return
        words = torch.zeros(len(rows), vocabulary.tokenizer.get_vocab_size())
        for row, index in enumerate(rows):
            for language in LANGUAGES:
                words[row, vocabulary.encode(seen(factors[index], language))] = 1
        name_words(model, channels, sample, words, above)


def _mean_loss(logprobs: Tensor, where: Tensor) -> float:
    return float(-logprobs.detach()[where].mean())


def spread(pairs: list[dict], count: int) -> list[dict]:
    """So many pairs, evenly over the list: over all data sets."""
    return pairs[:: max(1, len(pairs) // count)][:count]


@torch.no_grad()
def forced_scores(
    model: MultimodalModel,
    data: Creatives,
    vocabulary: Vocabulary,
    pairs: list[dict],
    features: Tensor,
    runtime: Runtime,
    drills: Drills,
    wording: Wording,
) -> dict[str, float]:
    """Accuracy of each answer token given the true text before it (cheap, for watching a run)."""
    hits: dict[str, list[bool]] = {}
    rng = np.random.default_rng(0)
    for start in range(0, len(pairs), 24):
        views = [
            View(pair, ORDERS[i % 2], LANGUAGES[i // 2 % 2])
            for i, pair in enumerate(pairs[start : start + 24])
        ]
        responses = [vocabulary.encode(view.response(rng, wording=wording)) for view in views]
        batch = collate(
            [vocabulary.encode(view.prompt(model.config.image_tokens)) for view in views],
            responses,
            [token_weights(r, vocabulary, LossWeights()) for r in responses],
            [tuple(data.order[side] for side in view.sides) for view in views],
            vocabulary.pad,
        )
        ids = batch.ids.to(runtime.device)
        chosen = features[batch.images].to(runtime.device)
        with runtime.autocast():
            hidden = model.model.text_model(model.embed(ids, chosen.flatten(0, 1).float()))
            right = (model.logits(hidden[:, :-1]).argmax(-1) == ids[:, 1:]).cpu()
        for row, response in enumerate(responses):
            before = int((batch.weights[row] > 0).nonzero()[0]) - 1  # right[i] is about token i + 1
            for where in drills.findings(response):
                said = right[row, before + where.start : before + where.stop]
                hits.setdefault("findings", []).append(bool(said.all()))
            for i, name in answers_in(response, vocabulary).items():
                hits.setdefault(name, []).append(bool(right[row, before + i]))
    return {name: float(np.mean(values)) for name, values in hits.items()}


def prepare_tokenizer(recipe: Recipe, data: Creatives, out: Path, init: Path | None = None) -> None:
    """Trains the tokenizer once; later runs keep it, and a start from `init` keeps that one's."""
    path = out / "tokenizer.json"
    if path.exists():
        return
    out.mkdir(parents=True, exist_ok=True)
    if init is not None:
        shutil.copyfile((init if init.is_dir() else init.parent) / path.name, path)
    else:
        fit_tokenizer(data, recipe.vocab_size).save(str(path))


def cached_features(
    recipe: Recipe, data: Creatives, out: Path, cache: Path, runtime: Runtime
) -> Tensor:
    """Vision features of all creatives, computed once for a vision checkpoint and a data set."""
    tables = b"".join((root / "creatives.jsonl").read_bytes() for root in data.roots)
    path = out / f"features-{data.name}-{hashlib.sha256(tables).hexdigest()[:8]}.pt"
    if path.exists() and path.stat().st_mtime > (out / "vision.pt").stat().st_mtime:
        return torch.load(path, weights_only=True)
    model = build_model(recipe, load_vocabulary(out))
    load_vision(model, out / "vision.pt")
    pixels = decode_all(data.files, recipe.vision.image_size, cache)
    features = vision_features(model.model.vision_model.to(runtime.device), pixels, runtime)
    torch.save(features, path)
    return features


def work(worker: Worker, args: argparse.Namespace) -> None:
    """One process of a run."""
    recipe = with_steps(RECIPES[args.recipe], "sft", args.steps, args.learning_rate)
    shares = {"describe_share": args.describe_share, "short_share": args.short_share,
              "drill_share": args.drill_share, "seed": args.seed}  # fmt: skip
    recipe = replace(recipe, **{name: share for name, share in shares.items() if share is not None})
    runtime = open_runtime(args.device, args.threads)
    data = load_creatives(*args.data)
    features = cached_features(recipe, data, args.out, args.cache, runtime)
    train(worker, recipe, runtime, data, args.out, features, args.init,
          reset_sides=args.reset_sides)  # fmt: skip


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser)
    parser.add_argument(
        "--init", type=Path, help="start from this checkpoint, or revision's folder"
    )
    parser.add_argument(
        "--reset-sides", action="store_true", help="with --init: set the side-reading heads anew"
    )
    parser.add_argument("--describe-share", type=float, help="replaces the recipe's")
    parser.add_argument("--drill-share", type=float, help="replaces the recipe's")
    parser.add_argument("--short-share", type=float, help="replaces the recipe's")
    args = parser.parse_args()
    recipe, data = RECIPES[args.recipe], load_creatives(*args.data)
    prepare_tokenizer(recipe, data, args.out, args.init)
    # Before the workers start, so that one process writes the files and the rest read them.
    cached_features(recipe, data, args.out, args.cache, open_runtime(args.device))
    launch(args.workers, work, args)


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the stages that train the text model."""
    parser.add_argument("--recipe", choices=RECIPES, default="cpu")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="folder for decoded pixels")
    parser.add_argument("--steps", type=int, help="replaces the recipe's number of steps")
    parser.add_argument("--learning-rate", type=float, help="replaces the recipe's peak rate")
    parser.add_argument("--seed", type=int, help="replaces the recipe's: a continuation draws anew")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--workers", type=int, default=1, help="processes that share each batch")


if __name__ == "__main__":
    main()
