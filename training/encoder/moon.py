"""MOON (arXiv:2508.11999 as noted second-hand): its generative stage and its two contrastive ones.

The notes name the tasks and ingredients but no formula for masking, bank or loss weights: those
are ours. At nano size the text model is bidirectional, so the generative stage fills masked text
in (all positions at once) instead of writing it from left to right. Grounding names a place and a
size in words, not a box: what the drawn creatives' factors record. Circle loss: Sun et al., "Circle
Loss" (arXiv:2002.10857).
"""

from __future__ import annotations

import random

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from common.parallel import Worker
from common.tokenizer import PAD
from encoder.batches import (
    MAX_WRITTEN_TOKENS,
    Batch,
    Written,
    allowed_negatives,
    encode_view,
    pad,
)
from encoder.losses import TEMPERATURE_INTER, info_nce, matryoshka
from encoder.model import Moon2, cosines, normalised_prefix

BANK_SIZE = 256
CIRCLE_MARGIN = 0.25
CIRCLE_SCALE = 24.0
MASKED = (0.4, 1.0)


def generative_loss(
    model: Moon2, tokenizer: Tokenizer, written: Written, features: Tensor, rng: random.Random
) -> Tensor:
    """Cross-entropy of masked text tokens given the picture, the prompt and the unmasked rest.

    written: descriptions, titles, attribute lists, or places after what stands there; features:
    [n, P, D] of their pictures. The share of masked tokens is uniform in 0.4..1 per row (1: written
    from the picture alone), prompts stay. The padding token stands in for masked ones; output
    weights are tied to the embedding.
    """
    count = model.config.shared.image_tokens
    prompts = [encode_view(tokenizer, prompt, count) for prompt in written.prompts]
    sequences = [
        prompt + tokenizer.encode(text).ids[:MAX_WRITTEN_TOKENS]
        for prompt, text in zip(prompts, written.texts, strict=True)
    ]
    ids, valid = pad(tokenizer, sequences)
    draw = torch.tensor([[rng.random() for _ in range(ids.shape[1])] for _ in prompts])
    share = torch.tensor([[rng.uniform(*MASKED)] for _ in prompts])
    begin = torch.tensor([[len(prompt)] for prompt in prompts])
    masked = valid & (draw < share) & (torch.arange(ids.shape[1]) >= begin)
    device = features.device
    ids, valid, masked = ids.to(device), valid.to(device), masked.to(device)
    hidden = model.hidden(
        ids.masked_fill(masked, tokenizer.token_to_id(PAD)), valid, model.connect(features)
    )
    weight = model.model["text_model"].embed_tokens.weight
    return F.cross_entropy(F.linear(hidden[masked], weight), ids[masked])


class MemoryBank:
    """The last candidates of earlier steps as temporal negatives: a first-in-first-out queue."""

    def __init__(self, vectors: Tensor | None = None, keys: list[str] | None = None) -> None:
        self.vectors, self.keys = vectors, keys or []

    def push(self, vectors: Tensor, keys: list[str]) -> None:
        """vectors: [n, D], kept without gradient."""
        rows = vectors.detach()
        self.vectors = rows if self.vectors is None else torch.cat([self.vectors.to(rows), rows])
        self.vectors = self.vectors[-BANK_SIZE:]
        self.keys = [*self.keys, *keys][-BANK_SIZE:]


def circle_loss(similarity: Tensor, allowed: Tensor) -> Tensor:
    """softplus(lse_n γ α_n (s_n − m) + γ α_p (1 − m − s_p)).

    α_n = [s_n + m]+ and α_p = [1 + m − s_p]+ are held constant.

    similarity: [n, n + others] cosines, positives on the diagonal; allowed: same shape, True for
    negatives. m = 0.25, γ = 24 (ours). Mean over rows.
    """
    positive = similarity.diagonal()
    pull = (1 + CIRCLE_MARGIN - positive).clamp(min=0).detach()
    push = (similarity + CIRCLE_MARGIN).clamp(min=0).detach()
    negatives = (CIRCLE_SCALE * push * (similarity - CIRCLE_MARGIN)).masked_fill(~allowed, -1e9)
    rest = CIRCLE_SCALE * pull * (1 - CIRCLE_MARGIN - positive)
    return F.softplus(negatives.logsumexp(-1) + rest).mean()


def pair_losses(
    vectors: dict[str, tuple[Tensor, Tensor]], batch: Batch, sizes: tuple[int, ...]
) -> dict[str, Tensor]:
    """Post-training a: InfoNCE of each pair kind; `vectors` maps it to (query, candidate)."""
    device = next(iter(vectors.values()))[0].device
    allowed = allowed_negatives(batch.positives, batch.keys).to(device)
    return {
        kind: matryoshka(lambda s: info_nce(s, allowed, TEMPERATURE_INTER), query, candidate, sizes)
        for kind, (query, candidate) in vectors.items()
    }


def purchase_loss(
    queries: list[Tensor],
    candidate: Tensor,
    batch: Batch,
    bank: MemoryBank,
    sizes: tuple[int, ...],
    worker: Worker | None = None,
) -> Tensor:
    """Post-training b: circle loss of purchases; fills the bank.

    Negatives: the batch's own (products of a category stand side by side in it), temporal ones of
    the bank, and spatial ones, the candidates of the other workers.
    """
    worker = worker or Worker()
    spatial = []
    if worker.count > 1:
        gathered = worker.gather((candidate.detach().cpu(), batch.keys))
        spatial = [part for rank, part in enumerate(gathered) if rank != worker.rank]
    kept = [] if bank.vectors is None else [(bank.vectors, bank.keys)]
    others = [*spatial, *kept]
    pool = torch.cat([candidate, *(vectors.to(candidate) for vectors, _ in others)])
    keys = [*batch.keys, *(key for _, own in others for key in own)]
    allowed = allowed_negatives(batch.positives, keys).to(candidate.device)
    losses = [
        circle_loss(cosines(normalised_prefix(query, size), normalised_prefix(pool, size)), allowed)
        for query in queries
        for size in sizes
    ]
    bank.push(candidate, batch.keys)
    return torch.stack(losses).mean()
