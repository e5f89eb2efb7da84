"""Gives the text model a layer that compares words (our choice; no paper states it).

Whether a headline says what is searched for is a comparison of words some hundred tokens apart: the
query's and those just written. Trained on whole responses of few pairs, the text model went on
guessing the commonest finding for ten thousand steps. So one layer, behind the first, is fitted
alone before fine-tuning: what enters it is computed once, and only the tokens before the findings
of drills (`selector.drill`) are looked at, so that a step takes a fraction of the time.

- Attention starts with one head of each key-value group on the queries, one on the title and one on
  the words just written; everything else starts at random.
- The fit asks two things, in binary cross-entropy: that the concepts of the three parts (interests,
  colours, kinds) can be read from what the attention adds, and that the feed-forward block writes
  each of four findings to a direction of its own, those the residual stream uses least.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common.decoder import DecoderLayer, rotary
from common.idefics3 import MultimodalModel
from common.logs import RunLog
from selector.data import Creatives
from selector.drill import Drills
from selector.examples import LANGUAGES, ORDERS, View, Vocabulary
from selector.grammar import grammar
from selector.sides import constant_direction

LAYER = 1  # behind the first: words are still words there, not yet what the pictures say
QUERIES, TITLE, WRITTEN = range(3)  # heads of a group, and rows of a bag
SHARPNESS = 7.0  # nats between the part that a head reads and the other tokens
FADE = {4: 7.0, 5: 3.0, 6: 3.0, 7: 3.0}  # rotary pair -> nats by which words just written stand out
FINDING_SIZE = 1.5  # what a finding writes, by the root mean square of the stream
DRILLS, HELD_OUT, STEPS, BATCH, RATE = 2000, 150, 800, 64, 3e-3
WRITE_COST = 2.0  # of what attention adds, squared, by the stream: the layers above know none of it
LOG_EVERY = 100
BAGS_ALONE = 0.35  # of the steps, in which nothing but the concepts is asked for


@dataclass(frozen=True)
class Concepts:
    """What a bag can hold: interests, then colours, then kinds."""

    interests: list[str]
    colors: list[str]
    kinds: list[str]

    @staticmethod
    def of(drills: Drills) -> "Concepts":
        """Those of the grammar and of the training pictures' headlines."""
        lexicon = grammar()["lexicon"]
        return Concepts(drills.interests, list(lexicon["color"]), list(lexicon["kind"]))

    def bag(self, interests: list[str], color: str | None, kind: str | None) -> list[float]:
        """Indicators of the concepts."""
        return [
            *(float(name in interests) for name in self.interests),
            *(float(name == color) for name in self.colors),
            *(float(name == kind) for name in self.kinds),
        ]

    @cached_property
    def parts(self) -> tuple[slice, slice, slice]:
        """Where interests, colours and kinds stand in a bag."""
        first = len(self.interests)
        second = first + len(self.colors)
        return slice(0, first), slice(first, second), slice(second, second + len(self.kinds))

    def findings(self, bags: Tensor) -> tuple[Tensor, Tensor]:
        """Whether what was written is searched for, is titled, has the title's colour, is its kind;
        and where that is asked: headlines have no colour. bags: [3, N, K]; both [N, 4]."""
        interests, colors, kinds = self.parts
        compared = ((QUERIES, interests), (TITLE, interests), (TITLE, colors), (TITLE, kinds))
        written = bags[WRITTEN]
        met = [(written[:, part] * bags[asked][:, part]).sum(1) for asked, part in compared]
        said = [written[:, part].sum(1) for _, part in compared]
        return (torch.stack(met, 1) > 0).float(), (torch.stack(said, 1) > 0).float()


@dataclass(frozen=True)
class Drilled:
    """One drill. stream: what enters the layer, [T, C]; at: the tokens before the findings, [N]."""

    stream: Tensor
    queries: slice
    title: slice
    at: Tensor
    bags: Tensor  # [3, N, K] of the queries, the title, the words just written


@torch.no_grad()
def draw_drills(
    model: MultimodalModel, vocabulary: Vocabulary, data: Creatives, features: Tensor,
    drills: Drills, count: int, seed: int,
) -> list[Drilled]:  # fmt: skip
    """Drills of training pairs with their facts."""
    pairs, rng, concepts = data.pairs_of("train"), np.random.default_rng(seed), Concepts.of(drills)
    newline, first = vocabulary.encode("\n")[0], model.model.text_model.layers[0]
    labels = [len(vocabulary.encode(label)) for label in ("Queries:", "Title:")]
    found = []
    for _ in range(count):
        pair = pairs[rng.integers(len(pairs))]
        view = View(pair, ORDERS[rng.integers(2)], LANGUAGES[rng.integers(2)])
        drill, context = drills.draw(view, rng), pair["context"]
        prompt = vocabulary.encode(view.prompt(model.config.image_tokens))
        response = vocabulary.encode(drill.text)
        ends = [i for i, token in enumerate(prompt) if token == newline]  # of language, queries, …
        asked = concepts.bag(
            context["interests"],
            context["color"] if context["color_asked"] else None,
            context["kind"],
        )
        titled = concepts.bag([context["feature"]], context["color"], context["kind"])
        bags = [
            (asked, titled, concepts.bag([f.get("interest", "")], f.get("color"), f.get("kind")))
            for f in drill.facts
        ]
        ids = torch.tensor([prompt + response])
        shown = features[[data.order[side] for side in view.sides]].float()
        cos, sin = _turns(model, torch.arange(ids.shape[1]))
        stream = first(model.embed(ids, shown), cos, sin, None, True, None)[0]
        found.append(
            Drilled(
                stream.half(),
                slice(ends[0] + 1 + labels[0], ends[1]),
                slice(ends[1] + 1 + labels[1], ends[2]),
                torch.tensor([len(prompt) + w.start - 1 for w in drills.findings(response)]),
                torch.tensor(bags).transpose(0, 1),
            )
        )
    return found


def _turns(model: MultimodalModel, positions: Tensor) -> tuple[Tensor, Tensor]:
    config = model.config.text
    cos, sin = rotary(positions, config.head_dim, config.rope_theta)
    return cos[None, None], sin[None, None]


@torch.no_grad()
def _start(layer: DecoderLayer, drilled: list[Drilled]) -> None:
    """Points the heads at the three parts; the rest is drawn at the size of trained layers."""
    attention, mlp = layer.self_attn, layer.mlp
    for norm in (layer.input_layernorm, layer.post_attention_layernorm):
        norm.weight.fill_(1)
    draws = {attention.v_proj: 0.3, attention.o_proj: 0.03, mlp.gate_proj: 0.1, mlp.up_proj: 0.1,
             mlp.down_proj: 0.02}  # fmt: skip
    for linear, size in draws.items():
        nn.init.normal_(linear.weight, 0, size)
    states = [layer.input_layernorm(drill.stream.float()) for drill in drilled]
    parts = []
    for drill, state in zip(drilled, states, strict=True):
        part = torch.zeros(len(state), 2)
        part[drill.queries, QUERIES] = part[drill.title, TITLE] = 1
        parts.append(part)
    is_part = _ridge(torch.cat(states), torch.cat(parts))
    # Constant on the tokens of a response; what a head makes of the others fades with distance.
    one = constant_direction(
        torch.cat([s[d.at[0] - 20 :] for s, d in zip(states, drilled, strict=True)])
    )
    head = attention.q_proj.weight.shape[0] // attention.heads
    per_group, scale = attention.heads // attention.kv_heads, head**0.5
    attention.q_proj.weight.zero_()
    attention.k_proj.weight.zero_()
    still = (head // 2 - 1, head // 2 - 2)  # rotary pairs that hardly turn
    for group in range(attention.kv_heads):
        key, query = group * head, group * per_group * head
        for which in (QUERIES, TITLE):
            attention.k_proj.weight[key + still[which]] = is_part[which]
            attention.q_proj.weight[query + which * head + still[which]] = SHARPNESS * scale * one
        for pair, nats in FADE.items():
            attention.k_proj.weight[key + pair] = one
            attention.q_proj.weight[query + WRITTEN * head + pair] = nats * scale * one


def _ridge(x: Tensor, y: Tensor) -> Tensor:
    """Weights [K, C] of the linear prediction of y [N, K] from x [N, C]; its offset is left out."""
    centred = x - x.mean(0)
    gram = centred.T @ centred
    gram += 1e-3 * gram.diagonal().mean() * torch.eye(len(gram))
    return torch.linalg.solve(gram, centred.T @ (y - y.mean(0))).T


class MatchingFit(nn.Module):
    """The layer at the tokens before findings, with what is read from it."""

    def __init__(self, model: MultimodalModel, drilled: list[Drilled], concepts: Concepts) -> None:
        super().__init__()
        self.model, self.concepts = [model], concepts  # in a list: its weights are not the fit's
        self.layer = model.model.text_model.layers[LAYER]
        _start(self.layer, drilled[:600])
        stream = torch.cat([drill.stream.float() for drill in drilled[:200]])
        length = stream.norm(dim=1).mean() / stream.shape[1] ** 0.5
        _, directions = torch.linalg.eigh(torch.cov(stream.T))  # the least used first
        self.register_buffer("towards", directions[:, :4] / (FINDING_SIZE * length))
        self.written = torch.zeros(())  # what attention added last, by what was there (squares)
        self.bags = nn.Linear(stream.shape[1], drilled[0].bags.shape[-1] * 3)

    def forward(self, drilled: list[Drilled]) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the bags [3, N, K] and of the findings [N, 4], and the true bags [3, N, K]."""
        attention, layer = self.layer.self_attn, self.layer
        stream = nn.utils.rnn.pad_sequence([d.stream.float() for d in drilled], batch_first=True)
        at = torch.stack([d.at for d in drilled])  # [B, n]
        here = stream.gather(1, at[..., None].expand(-1, -1, stream.shape[2]))
        normed = layer.input_layernorm(stream)
        positions = torch.arange(stream.shape[1])
        cos, sin = _turns(self.model[0], positions)
        cos_at, sin_at = cos[0, 0][at][:, None], sin[0, 0][at][:, None]
        q = attention.queries(layer.input_layernorm(here), cos_at, sin_at)
        k, v = map(attention.per_head, attention.keys_values(normed, cos, sin))
        mask = positions <= at[:, None, :, None]
        read = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        added = attention.o_proj(read.transpose(1, 2).flatten(2))
        self.written = added.square().mean() / here.square().mean()
        after = here + added
        seen = layer.post_attention_layernorm(after).flatten(0, 1)
        bags = torch.cat([drill.bags for drill in drilled], dim=1)
        findings = 8 * (layer.mlp(seen) @ self.towards - 0.5)
        return self.bags(seen).view(len(seen), 3, -1).transpose(0, 1), findings, bags


def fitted_parts(model: MultimodalModel) -> list[nn.Module]:
    """The layer and all that stands before it, which it was fitted to."""
    text = model.model.text_model
    return [model.model.connector, text.embed_tokens, *text.layers[: LAYER + 1]]


def fit_matching(
    model: MultimodalModel, vocabulary: Vocabulary, data: Creatives, features: Tensor,
    drills: Drills, log: RunLog, seed: int, count: int = DRILLS, held: int = HELD_OUT,
    steps: int = STEPS,
) -> dict[str, float]:  # fmt: skip
    """Fits layer `LAYER`; returns the share of findings told right on drills that were held out."""
    concepts = Concepts.of(drills)
    drilled = draw_drills(model, vocabulary, data, features, drills, count + held, seed)
    drilled, held_out = drilled[:count], drilled[count:]
    fit = MatchingFit(model, drilled, concepts)
    trained = [*fit.layer.parameters(), *fit.bags.parameters()]
    optimizer = torch.optim.AdamW(trained, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    rng, scores = np.random.default_rng([seed, 1]), {}
    for step in range(steps):
        batch = [drilled[i] for i in rng.choice(count, min(count, BATCH), replace=False)]
        bag_logits, logits, bags = fit(batch)
        truth, asked = concepts.findings(bags)
        loss = F.binary_cross_entropy_with_logits(bag_logits, bags) * bags.shape[-1] / 1.5
        loss = loss + WRITE_COST * fit.written
        told = F.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        if step >= BAGS_ALONE * steps:
            loss = loss + (told * asked).sum() / asked.sum()
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100, max(0.02, 2 - 2 * step / steps))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        if (step + 1) % LOG_EVERY == 0 or step + 1 == steps:
            scores = _told_right(fit, held_out)
            log.write(event="matching", step=step + 1, loss=loss.item(),
                      written=fit.written.item(), **scores)  # fmt: skip
    return scores


@torch.no_grad()
def _told_right(fit: MatchingFit, drilled: list[Drilled]) -> dict[str, float]:
    _, logits, bags = fit(drilled)
    truth, asked = fit.concepts.findings(bags)
    right = ((logits > 0) == (truth > 0)) * asked
    shares = (right.sum(0) / asked.sum(0)).tolist()
    return dict(zip(("searched", "titled", "color", "kind"), shares, strict=True))
