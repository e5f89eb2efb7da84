"""Stage 2: GRPO from the SFT model.

For each prompt G responses are sampled. Response i has a reward f_i for its form, one v_i for its
verdict, and one r_iq for the line of each question q (answer right, reason true). Of token t
    A_it = norm(f_i) + norm(r_iq) in line q + norm(v_i) in the last line and behind it,
    norm(x) = (x - mean x) / (std x + 1e-4) over the group
    J = E[ min(rho A, clip(rho, 1-e, 1+e) A) ] - beta KL(pi || pi_SFT)
with rho the token's probability ratio to the sampling policy, averaged over the tokens of a
response, and the KL estimated per token by exp(d) - d - 1, d = log pi_SFT - log pi (Schulman's k3).
With one update on each set of samples rho is 1 and nothing is clipped.
The verdict is one token of two, so its expectation need not be left to sampling: J also gains the
log-probability of the true side where a sampled response gives its verdict. SFT gives verdicts
after true answers only; here they are learned after the policy's own, some of which are wrong.
Objective: DeepSeekMath (arXiv 2402.03300), whose process supervision also rewards steps. That
Creative4U uses GRPO with rewards for format and accuracy is stated by its authors; rewards for
lines, which line a reward goes to, the verdict's expectation, the weights and all numbers here are
Perigee's choice.
"""

import argparse
import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from common.checkpoint import load_checkpoint, save_checkpoint
from common.idefics3 import MultimodalModel
from common.logs import RunLog
from common.optim import guarded_update, make_optimizer, parameters_of, warmup_cosine
from common.parallel import Worker, launch
from common.runtime import Runtime, batch_rng, open_runtime, seed_everything
from selector.data import Creatives, load_creatives
from selector.examples import (
    LANGUAGES,
    ORDERS,
    View,
    Vocabulary,
    answers_in,
    collate,
    lines_of,
)
from selector.generate import Generated, generate
from selector.grammar import check_response, facts_of
from selector.model import build_model, load_vocabulary, load_weights
from selector.prompt import QUESTIONS, parse_response
from selector.recipes import RECIPES, Recipe, with_steps
from selector.sft import (
    add_common_arguments,
    cached_features,
    freeze_fitted,
    hidden_states,
    response_logprobs,
)


@dataclass(frozen=True)
class Line:
    """What is known of one question's line: whether its answer is right, and its reason true."""

    right: bool
    faithful: bool

    @property
    def reward(self) -> float:
        """In [0, 1]. A true reason of a wrong answer earns nothing: easy truths would win."""
        return self.right * (0.5 + 0.5 * self.faithful)


@dataclass(frozen=True)
class Reward:
    """The parts of a reward. format and accuracy are 0 or 1; lines: of the questions answered."""

    format: float
    accuracy: float
    lines: dict[str, Line]

    def line(self, question: str) -> float:
        """A question left out earns nothing."""
        return self.lines[question].reward if question in self.lines else 0.0

    def shares(self) -> dict[str, float]:
        """The reward in figures, for the log."""
        lines = list(self.lines.values())
        return {
            "format": self.format,
            "accuracy": self.accuracy,
            "answers": sum(line.right for line in lines) / max(1, len(lines)),
            "faithful": sum(line.faithful for line in lines) / max(1, len(lines)),
        }


def score(view: View, text: str, factors: dict[str, dict[str, Any]]) -> Reward:
    """Rewards one response by what is known of the pair."""
    parsed, truth = parse_response(text), view.answers
    verdicts = check_response(
        parsed.answers, parsed.reasons, view.language, facts_of(view, factors)
    )
    return Reward(
        format=float(parsed.well_formed),
        accuracy=float(parsed.label == view.label),
        lines={
            question: Line(truth.get(question) == answer, verdicts[question] == "true")
            for question, answer in parsed.answers.items()
        },
    )


def group_advantages(rewards: Tensor) -> Tensor:
    """[prompts, group, ...] -> the same shape, normalised within each group."""
    centred = rewards - rewards.mean(dim=1, keepdim=True)
    return centred / (rewards.std(dim=1, keepdim=True) + 1e-4)


def token_advantages(
    rewards: list[Reward], group: int, responses: list[list[int]], vocabulary: Vocabulary
) -> list[Tensor]:
    """A_it of the module's docstring: for each response a tensor [tokens]."""
    verdict = len(QUESTIONS) - 1  # what is behind the lines repeats it
    parts = torch.tensor([[r.format, r.accuracy, *(r.line(q) for q in QUESTIONS)] for r in rewards])
    advantages = group_advantages(parts.view(-1, group, parts.shape[1])).flatten(0, 1).tolist()
    out = []
    for (form, accuracy, *of_line), ids in zip(advantages, responses, strict=True):
        lines = lines_of(ids, vocabulary)
        begin = next((i for i, q in enumerate(lines) if q is not None), len(lines))
        own = [0.0 if q is None else of_line[q] for q in lines]
        judged = [accuracy if q in (None, verdict) and i > begin else 0.0
                  for i, q in enumerate(lines)]  # fmt: skip
        out.append(torch.tensor([form + a + b for a, b in zip(own, judged, strict=True)]))
    return out


def grpo_loss(
    new: Tensor, old: Tensor, reference: Tensor, advantages: Tensor, share: Tensor,
    clip: float, kl: float,
) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
    """All arguments flat over response tokens; `share` is each token's weight (sums to 1).

    Returns the loss, the mean KL and the share of clipped tokens.
    """
    ratio = (new - old).exp()
    clipped = ratio.clamp(1 - clip, 1 + clip)
    surrogate = torch.minimum(ratio * advantages, clipped * advantages)
    gap = reference - new
    divergence = gap.exp() - gap - 1
    loss = -((surrogate - kl * divergence) * share).sum()
    cut = ((ratio - clipped).abs() > 0).float() * share
    return loss, (divergence * share).sum().detach(), cut.sum().detach()


def verdict_loss(
    model: MultimodalModel, hidden: Tensor, vocabulary: Vocabulary, begins: list[int],
    responses: list[list[int]], labels: list[str],
) -> Tensor:  # fmt: skip
    """-log p(true side | A or B) at each response's verdict, summed; 0 where none is given.

    hidden: [B, T, C]. begins: where each response begins. labels: the true side as shown.
    """
    letters = vocabulary.verdict_letters[vocabulary.id("Q10")]
    rows, places, truth = [], [], []
    for row, (begin, ids) in enumerate(zip(begins, responses, strict=True)):
        given = [i for i, name in answers_in(ids, vocabulary).items() if name == QUESTIONS[-1]]
        for index in given[:1]:
            rows.append(row)
            places.append(begin + index - 1)
            truth.append("AB".index(labels[row]))
    if not rows:
        return hidden.sum() * 0
    scores = model.logits(hidden[rows, places])[:, letters].float()
    return F.cross_entropy(scores, torch.tensor(truth, device=scores.device), reduction="sum")


@dataclass(frozen=True)
class Rollout:
    """Sampled responses of one step with everything the update needs."""

    prompts: list[list[int]]
    outputs: list[Generated]
    images: list[tuple[int, int]]
    labels: list[str]
    rewards: list[Reward]
    advantages: list[Tensor]  # of each response's tokens


@dataclass(frozen=True)
class Setting:
    """What stays the same over the steps of a run."""

    worker: Worker
    recipe: Recipe
    runtime: Runtime
    data: Creatives
    vocabulary: Vocabulary
    features: Tensor
    pairs: list[dict[str, Any]]
    factors: dict[str, dict[str, Any]]


def sample(setting: Setting, model: MultimodalModel, step: int) -> Rollout:
    """Draws this worker's prompts and G responses to each."""
    recipe, data, vocabulary = setting.recipe, setting.data, setting.vocabulary
    pairs, runtime = setting.pairs, setting.runtime
    settings = recipe.grpo_settings
    rng = batch_rng(recipe.seed + 2, step)
    count = settings.prompts // len(ORDERS)
    chosen = setting.worker.part(rng.choice(len(pairs), count, replace=len(pairs) < count))
    rng = np.random.default_rng([recipe.seed + 2, step, setting.worker.rank])
    languages = [LANGUAGES[rng.integers(2)] for _ in chosen]
    # Both orders side by side, as in SFT: a liking for one side earns nothing.
    views = [
        View(pairs[i], order, language)
        for i, language in zip(chosen, languages, strict=True)
        for order in ORDERS
    ]
    repeated = [view for view in views for _ in range(settings.group)]
    prompts = [vocabulary.encode(view.prompt(model.config.image_tokens)) for view in repeated]
    images = [tuple(data.order[side] for side in view.sides) for view in repeated]
    generator = torch.Generator(runtime.device).manual_seed(int(rng.integers(2**31)))
    outputs = generate(
        model, vocabulary, prompts, setting.features[torch.tensor(images)].to(runtime.device),
        recipe.max_new_tokens, settings.temperature, generator,
    )  # fmt: skip
    rewards = [
        score(v, out.text, setting.factors) for v, out in zip(repeated, outputs, strict=True)
    ]
    advantages = token_advantages(rewards, settings.group, [out.ids for out in outputs], vocabulary)
    labels = [view.label for view in repeated]
    return Rollout(prompts, outputs, images, labels, rewards, advantages)


def update(
    setting: Setting,
    model: MultimodalModel,
    reference: MultimodalModel,
    optimizer: torch.optim.Optimizer,
    rollout: Rollout,
    step: int,
) -> dict[str, float]:
    """One optimiser step over the rollout, in pieces of `grpo.batch` sequences.

    With one epoch the sampling policy is the policy itself, so rho starts at 1; its probabilities
    are taken from the same forward pass that is differentiated.
    """
    settings, stage = setting.recipe.grpo_settings, setting.recipe.grpo
    vocabulary, runtime = setting.vocabulary, setting.runtime
    by_length = sorted(
        range(len(rollout.outputs)),
        key=lambda i: len(rollout.prompts[i]) + len(rollout.outputs[i].ids),
    )
    pieces = [by_length[s : s + stage.batch] for s in range(0, len(by_length), stage.batch)]
    old: list[Tensor | None] = [None] * len(pieces)
    totals = {"kl": 0.0, "clipped": 0.0, "verdict": 0.0, "norm": 0.0}
    for _ in range(settings.epochs):
        optimizer.zero_grad(set_to_none=True)
        for number, piece in enumerate(pieces):
            prompts = [rollout.prompts[i] for i in piece]
            responses = [rollout.outputs[i].ids for i in piece]
            batch = collate(
                prompts, responses, [[1.0] * len(r) for r in responses],
                [rollout.images[i] for i in piece], vocabulary.pad,
            )  # fmt: skip
            chosen = setting.features[batch.images].to(runtime.device)
            with runtime.autocast():
                hidden = hidden_states(model, batch, chosen)
                new, _ = response_logprobs(model, batch, hidden)
                with torch.no_grad():
                    states = hidden_states(reference, batch, chosen)
                    anchor, _ = response_logprobs(reference, batch, states)
            old[number] = new.detach() if old[number] is None else old[number]
            counts = torch.tensor([len(r) for r in responses])
            share = (1 / counts / len(rollout.outputs)).repeat_interleave(counts)
            spread = torch.cat([rollout.advantages[i] for i in piece])
            loss, divergence, cut = grpo_loss(
                new, old[number], anchor, spread.to(new), share.to(new), settings.clip, settings.kl
            )
            verdict = verdict_loss(
                model, hidden, vocabulary, [len(p) for p in prompts], responses,
                [rollout.labels[i] for i in piece],
            ) / len(rollout.outputs)  # fmt: skip
            (loss + settings.verdict * verdict).backward()
            totals["kl"] += float(divergence)
            totals["verdict"] += float(verdict.detach())
            totals["clipped"] += float(cut)
        rate = warmup_cosine(step, stage.steps, stage.learning_rate, stage.warmup, floor=0.3)
        for parameter in parameters_of(optimizer):
            if parameter.grad is None:  # nothing to learn here; other workers may have something
                parameter.grad = torch.zeros_like(parameter)
        setting.worker.average_gradients(model)
        totals["norm"] = guarded_update(optimizer, rate, step)
    return {**totals, "rate": rate}


def train(
    worker: Worker,
    recipe: Recipe,
    runtime: Runtime,
    data: Creatives,
    out: Path,
    features: Tensor,
    stop_at: int | None = None,
) -> MultimodalModel:
    """Runs (or resumes) the stage."""
    seed_everything(recipe.seed + 2)
    stage, vocabulary = recipe.grpo, load_vocabulary(out)
    model = build_model(recipe, vocabulary)
    load_weights(model, out / "sft.pt")
    freeze_fitted(recipe, model)
    model.to(runtime.device)
    reference = copy.deepcopy(model).requires_grad_(False)
    optimizer = make_optimizer(model, stage.learning_rate, weight_decay=0.0)
    checkpoint = out / "grpo.pt"
    first = load_checkpoint(checkpoint, model, optimizer).step if checkpoint.exists() else 0
    factors = {name: row["factors"] for name, row in data.creatives.items()}
    # Pairs that cannot be judged have a coin's label: accuracy on them is no signal.
    pairs = [pair for pair in data.pairs_of("train") if pair.get("comparable", True)]
    setting = Setting(worker, recipe, runtime, data, vocabulary, features, pairs, factors)
    log = RunLog(out, "grpo", quiet=not worker.leads)
    log.write(event="start", step=first, pairs=len(pairs), workers=worker.count,
              **runtime.describe())  # fmt: skip
    for step in range(first, min(stage.steps, stop_at or stage.steps)):
        rollout = sample(setting, model, step)
        facts = update(setting, model, reference, optimizer, rollout, step)
        scores = worker.gather([reward.shares() for reward in rollout.rewards])
        if step % stage.log_every == 0:
            flat = [row for part in scores for row in part]
            means = {name: float(np.mean([row[name] for row in flat])) for name in flat[0]}
            length = float(np.mean([len(o.ids) for o in rollout.outputs]))
            log.write(event="step", step=step, samples=len(flat), length=length, **means, **facts)
        due = (step + 1) % stage.checkpoint_every == 0 or step + 1 == stage.steps
        if due and worker.leads:
            save_checkpoint(checkpoint, step + 1, model, optimizer)
    worker.wait()
    return model


def work(worker: Worker, args: argparse.Namespace) -> None:
    """One process of a run."""
    recipe = with_steps(RECIPES[args.recipe], "grpo", args.steps, args.learning_rate)
    recipe = replace(recipe, seed=args.seed or recipe.seed)
    runtime = open_runtime(args.device, args.threads)
    data = load_creatives(*args.data)
    features = cached_features(recipe, data, args.out, args.cache, runtime)
    train(worker, recipe, runtime, data, args.out, features)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_common_arguments(parser)
    args = parser.parse_args()
    launch(args.workers, work, args)


if __name__ == "__main__":
    main()
