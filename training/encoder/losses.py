"""The losses of MOON2.0 (arXiv:2511.12449 as noted second-hand) and their weights.

What the notes do not give (temperatures, κ, the margin schedule, the down-weight of filtered
triplets, ρ, σ) is ours and stands here as a constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from encoder.model import cosines, normalised_prefix

TEMPERATURE_INTER = 0.07
TEMPERATURE_INTRA = 0.07
KAPPA = 8.0
PHI_THRESHOLD = 0.6
MARGIN_START, MARGIN_END = 0.25, -0.2
FILTERED_WEIGHT = 0.3
RHO_BALANCE = 0.01
SIGMA_SPARSITY = 0.01

# MOON's fixed mixture of query views, which MOON2.0's alignment replaces.
MIXTURE = {"i": 12, "t": 3, "mm": 2}

OBJECTIVES = ("t", "i", "mm", "intra")


@dataclass(frozen=True)
class Switches:
    """What the ablations turn off.

    inter: every query in all its views; without it in one, drawn by `MIXTURE`. cross: what a
    shopper typed with the picture of what was bought, what they photographed with its title (ours).
    """

    experts: bool = True
    inter: bool = True
    intra: bool = True
    cross: bool = True
    co_augmentation: bool = True
    filtering: bool = True


def margin_at(progress: float) -> float:
    """The margin m decays linearly over training: easy triplets first, hard ones later."""
    return MARGIN_START + (MARGIN_END - MARGIN_START) * progress


def filter_weights(similarity: Tensor, margin: float) -> Tensor:
    """The weight of each triplet (query, its positive, a candidate): FILTERED_WEIGHT or 1.

    φ = σ(κ (s_pos − s_neg − m)); triplets with φ < 0.6 count less. similarity: [n, m] cosines,
    positives on the diagonal, whose weight is 1.
    """
    with torch.no_grad():
        gap = similarity.diagonal()[:, None] - similarity
        phi = torch.sigmoid(KAPPA * (gap - margin))
        weights = torch.where(phi < PHI_THRESHOLD, FILTERED_WEIGHT, 1.0)
        return weights.fill_diagonal_(1.0)


def info_nce(
    similarity: Tensor, allowed: Tensor, temperature: float, weights: Tensor | None = None
) -> Tensor:
    """−log e^{s_rr/ε} / (e^{s_rr/ε} + Σ_c w_rc e^{s_rc/ε}) over allowed c, averaged over rows r.

    That a triplet's weight multiplies its term in the sum is our reading of "lower loss weight":
    InfoNCE has no loss of a single triplet.
    """
    logits = similarity / temperature
    if weights is not None:
        logits = logits + weights.log()
    rows = torch.arange(len(similarity), device=similarity.device)
    keep = allowed.clone()
    keep[rows, rows] = True
    return F.cross_entropy(logits.masked_fill(~keep, -1e9), rows)


class ObjectiveWeights(nn.Module):
    """W* [Z, M]: p_zm = softmax over m; w_m = mean over the batch of Σ_z p_zm G~_zb.

    Ours: scaled by M so that equal weights are 1, and no gradient reaches the gates through w_m.
    With it they learn to hide each objective from the experts that weigh it: within 100 steps all
    weights fell to a half and one expert took most tokens.
    """

    def __init__(self, experts: int) -> None:
        super().__init__()
        self.matrix = nn.Parameter(0.01 * torch.randn(experts, len(OBJECTIVES)))

    def probabilities(self) -> Tensor:
        return self.matrix.softmax(-1)

    def weight(self, objective: str, gate_weights: Tensor) -> Tensor:
        column = self.probabilities()[:, OBJECTIVES.index(objective)]
        return len(OBJECTIVES) * (gate_weights.detach() @ column).mean()

    def sparsity(self) -> Tensor:
        """Mean entropy of the rows: minimised, so that each expert serves few objectives."""
        p = self.probabilities()
        return -(p * p.clamp_min(1e-9).log()).sum(-1).mean()


def load_balance(gates: Tensor, weights: Tensor) -> Tensor:
    """Switch-style balance: Z Σ_z (share of routed weight) · (mean gate); 1 when even."""
    return gates.shape[-1] * (weights.mean(0).detach() * gates.mean(0)).sum()


def matryoshka(loss_of, query: Tensor, candidate: Tensor, sizes: tuple[int, ...]) -> Tensor:
    """Mean of a loss over the prefixes of the vectors; `loss_of` takes cosines [n, n]."""
    parts = [
        loss_of(cosines(normalised_prefix(query, size), normalised_prefix(candidate, size)))
        for size in sizes
    ]
    return torch.stack(parts).mean()
