"""The losses of MOON2.0 (arXiv:2511.12449 as noted second-hand) and their weights.

What the notes do not give (temperatures, κ, the margin schedule, the down-weight of filtered
triplets, ρ, σ) is ours and stands here as a constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from encoder.model import normalised_prefix

TEMPERATURE_INTER = 0.07
TEMPERATURE_INTRA = 0.07
KAPPA = 8.0
PHI_THRESHOLD = 0.6
MARGIN_START, MARGIN_END = 0.25, 0.0
FILTERED_WEIGHT = 0.3
RHO_BALANCE = 0.01
SIGMA_SPARSITY = 0.01

OBJECTIVES = ("t", "i", "mm", "intra")


@dataclass(frozen=True)
class Switches:
    """What the ablations turn off."""

    experts: bool = True
    intra_alignment: bool = True
    inter_views: bool = True
    co_augmentation: bool = True
    filtering: bool = True


def margin_at(progress: float) -> float:
    """The margin m decays linearly over training: easy triplets first, hard ones later."""
    return MARGIN_START + (MARGIN_END - MARGIN_START) * progress


def filter_weights(similarity: Tensor, allowed: Tensor, margin: float) -> Tensor:
    """φ = σ(κ (s_pos − s_neg − m)) with the hardest negative; weight FILTERED_WEIGHT below 0.6.

    similarity: [n, n] cosines, positives on the diagonal; allowed: [n, n] bool, True for negatives.
    """
    with torch.no_grad():
        hardest = similarity.masked_fill(~allowed, -1.0).max(-1).values
        phi = torch.sigmoid(KAPPA * (similarity.diagonal() - hardest - margin))
        return torch.where(phi < PHI_THRESHOLD, FILTERED_WEIGHT, 1.0)


def info_nce(similarity: Tensor, allowed: Tensor, temperature: float, weights: Tensor) -> Tensor:
    """−log softmax of the diagonal against the allowed negatives, weighted per row."""
    device = similarity.device
    keep = allowed | torch.eye(len(similarity), dtype=torch.bool, device=device)
    logits = (similarity / temperature).masked_fill(~keep, -1e9)
    target = torch.arange(len(similarity), device=device)
    losses = F.cross_entropy(logits, target, reduction="none")
    return (losses * weights).sum() / weights.sum()


class ObjectiveWeights(nn.Module):
    """W* [Z, M]: p_zm = softmax over m; w_m = mean over the batch of Σ_z p_zm G~_zb.

    Scaled by M so that equal weights are 1.
    """

    def __init__(self, experts: int) -> None:
        super().__init__()
        self.matrix = nn.Parameter(0.01 * torch.randn(experts, len(OBJECTIVES)))

    def probabilities(self) -> Tensor:
        return self.matrix.softmax(-1)

    def weight(self, objective: str, gate_weights: Tensor) -> Tensor:
        column = self.probabilities()[:, OBJECTIVES.index(objective)]
        return len(OBJECTIVES) * (gate_weights @ column).mean()

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
        loss_of(normalised_prefix(query, size) @ normalised_prefix(candidate, size).T)
        for size in sizes
    ]
    return torch.stack(parts).mean()
