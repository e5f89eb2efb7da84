"""The loss of one batch: MOON2.0's single supervised stage, and MOON's two contrastive ones."""

from __future__ import annotations

import dataclasses
import random

import torch
from tokenizers import Tokenizer
from torch import Tensor

from common.parallel import Worker
from encoder.batches import Batch, allowed_negatives, encode_view, pad
from encoder.losses import (
    MIXTURE,
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
from encoder.model import Moon2
from encoder.moon import MemoryBank, pair_losses, purchase_loss


class Views:
    """Encodes batches of views with shared visual tokens."""

    def __init__(self, model: Moon2, tokenizer: Tokenizer) -> None:
        self.model, self.tokenizer = model, tokenizer

    def encode(self, texts: list[str | None], *visual: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors [n, D] and validity [n, T]; `visual`: [n, V, C] for each picture of a view."""
        count = self.model.config.shared.image_tokens if visual else 0
        sequences = [encode_view(self.tokenizer, t, count, len(visual)) for t in texts]
        device = next(self.model.parameters()).device
        ids, valid = (tensor.to(device) for tensor in pad(self.tokenizer, sequences))
        return self.model(ids, valid, torch.cat(visual, 1) if visual else None), valid


@dataclasses.dataclass(frozen=True)
class Drawn:
    """One step's products and the patch features of their pictures."""

    batch: Batch
    query: Tensor
    main: Tensor
    expanded: Tensor | None  # of further pictures of the candidates, in augmented steps


Parts = tuple[Tensor, dict[str, Tensor]]


def moon2_loss(
    views: Views,
    objective: ObjectiveWeights | None,
    drawn: Drawn,
    switches: Switches,
    progress: float,
    rng: random.Random,
) -> Parts:
    """MOON2.0: the total loss of one batch and its parts for the log."""
    batch, sizes = drawn.batch, views.model.config.matryoshka
    connect = views.model.connect
    blank: list[str | None] = [None] * len(batch.keys)
    query_visual, main_visual = connect(drawn.query), connect(drawn.main)
    allowed = allowed_negatives(batch.positives, batch.keys).to(drawn.main.device)
    margin = margin_at(progress)
    parts: dict[str, Tensor] = {}
    facts: dict[str, Tensor] = {}
    balance: list[Tensor] = []

    def contrast(query: Tensor, target: Tensor, temperature: float) -> Tensor:
        def of(similarity: Tensor) -> Tensor:
            weights = filter_weights(similarity, margin) if switches.filtering else None
            return info_nce(similarity, allowed, temperature, weights)

        return matryoshka(of, query, target, sizes)

    def weigh(name: str, valid: Tensor) -> None:
        """Notes w_m from the gates of the pass just made."""
        if objective is None:
            return
        gates, gate_weights = views.model.gate_statistics(valid)
        facts[f"w_{name}"] = objective.weight(name, gate_weights)
        balance.append(load_balance(gates, gate_weights))

    if drawn.expanded is None:
        candidate, _ = views.encode(batch.titles, main_visual)
    else:
        candidate, _ = views.encode(batch.enriched, main_visual, connect(drawn.expanded))
    vectors: dict[str, Tensor] = {}
    for name, texts, visual in (
        ("t", batch.query_texts, ()),
        ("i", blank, (query_visual,)),
        ("mm", batch.query_texts, (query_visual,)),
    ):
        vectors[name], valid = views.encode(texts, *visual)
        weigh(name, valid)
        if switches.inter:
            parts[name] = contrast(vectors[name], candidate, TEMPERATURE_INTER)
    if not switches.inter:
        shown = rng.choices(list(MIXTURE), list(MIXTURE.values()), k=len(batch.keys))
        mixed = torch.stack([vectors[name][row] for row, name in enumerate(shown)])
        parts["mixture"] = contrast(mixed, candidate, TEMPERATURE_INTER)
    if switches.intra or switches.cross:
        image_vector, valid = views.encode(blank, main_visual)
        weigh("intra", valid)
        text_vector, _ = views.encode(batch.titles)
    if switches.intra:  # the product's own picture and title, both ways
        there = contrast(image_vector, text_vector, TEMPERATURE_INTRA)
        parts["intra"] = (there + contrast(text_vector, image_vector, TEMPERATURE_INTRA)) / 2
    if switches.cross:
        typed = contrast(vectors["t"], image_vector, TEMPERATURE_INTER)
        parts["cross"] = (typed + contrast(vectors["i"], text_vector, TEMPERATURE_INTER)) / 2
    # The mixture and the cross-view terms are no objectives of the paper: they count once.
    total = sum(facts.get(f"w_{name}", 1.0) * part for name, part in parts.items())
    if objective is not None:
        facts["balance"] = torch.stack(balance).mean()
        facts["entropy"] = objective.sparsity()
        total = total + RHO_BALANCE * facts["balance"] + SIGMA_SPARSITY * facts["entropy"]
    return total, parts | facts


def moon_loss(views: Views, drawn: Drawn, method: str, bank: MemoryBank, worker: Worker) -> Parts:
    """One of MOON's contrastive stages on one batch."""
    batch, model = drawn.batch, views.model
    blank: list[str | None] = [None] * len(batch.keys)
    query_visual, main_visual = model.connect(drawn.query), model.connect(drawn.main)
    text, _ = views.encode(batch.query_texts)
    image, _ = views.encode(blank, query_visual)
    both, _ = views.encode(batch.titles, main_visual)
    if method == "purchase":
        loss = purchase_loss([text, image], both, batch, bank, model.config.matryoshka, worker)
        return loss, {"purchase": loss}
    picture, _ = views.encode(blank, main_visual)
    title, _ = views.encode(batch.titles)
    kinds = {"i→i": (image, picture), "t→t": (text, title), "t→mm": (text, both)}
    losses = pair_losses(kinds, batch, model.config.matryoshka)
    return torch.stack(list(losses.values())).sum(), losses
