"""The known factors of a creative as targets: choices and numbers, their heads and losses."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

# `match` compares the picture with the product meant, which a single picture does not show; the
# rest repeat other factors or sway no answer.
UNUSED_FACTORS = ("match", "view", "pattern", "x", "y", "angle", "complete", "size", "size_rank",
                  "text_size", "layout_parts", "scene_interest")  # fmt: skip
MAX_CLASSES = 160
PRICE_CHARACTERS = 5
# Positions matter little to the answers; scores decide them; rare classes need more weight.
WEIGHTS = {
    "headline": 25.0, "headline_interest": 8.0, "kind": 12.0, "color": 10.0,
    "prop": 6.0, "prop_fits": 3.0, "has_prop": 2.0, "count": 3.0,
    "size_level": 2.0, "product_stands_out": 2.0, "scene_fits": 2.0, "scene": 1.5,
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """One factor: `classes` for a choice, or `mean` and `std` for a number."""

    name: str
    classes: tuple[Any, ...] = ()
    mean: float = 0.0
    std: float = 1.0

    @property
    def width(self) -> int:
        """Outputs of the head."""
        return len(self.classes) or 1


def infer_heads(factors: list[dict[str, Any]]) -> list[Head]:
    """Reads the kinds of the factors off the data; free text with many values gets no head."""
    heads = []
    for name in factors[0]:
        if name in UNUSED_FACTORS:
            continue
        values = [row[name] for row in factors]
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
            std = float(np.std(values))
            if std > 0:
                heads.append(Head(name, mean=float(np.mean(values)), std=std))
            continue
        classes = tuple(sorted(set(values), key=str))
        if 1 < len(classes) <= MAX_CLASSES:
            heads.append(Head(name, classes))
    return heads


def with_read_price(factors: dict[str, Any]) -> dict[str, Any]:
    """Adds each character of the price as a factor: the price is read, not recognised."""
    price = factors.get("price", "")
    return {**factors, **{f"price_{i}": price[i : i + 1] for i in range(PRICE_CHARACTERS)}}


def targets_of(heads: list[Head], factors: list[dict[str, Any]]) -> Tensor:
    """[N, heads]: class index (-1 when never seen in training) or standardised number."""
    table = np.zeros((len(factors), len(heads)), dtype=np.float32)
    for column, head in enumerate(heads):
        index = {value: i for i, value in enumerate(head.classes)}
        for row, factor in enumerate(factors):
            value = factor[head.name]
            table[row, column] = (
                index.get(value, -1) if head.classes else (value - head.mean) / head.std
            )
    return torch.from_numpy(table)


def factor_table(factors: list[dict[str, Any]]) -> Tensor:
    """[N, K]: choices as indicators, numbers standardised, scores three times as large."""
    heads = infer_heads(factors)
    targets = targets_of(heads, factors)
    columns = []
    for index, head in enumerate(heads):
        column = targets[:, index]
        table = F.one_hot(column.long(), head.width).float() if head.classes else column[:, None]
        columns.append(table * (3.0 if head.name.startswith("score_") else 1.0))
    return torch.cat(columns, dim=1)


class MeanHeads(nn.Module):
    """One linear map of the mean over patches: what the text model reads with even attention.

    x: [B, P, D] -> [B, total width of the heads].
    """

    def __init__(self, heads: list[Head], size: int) -> None:
        super().__init__()
        self.out = nn.Linear(size, sum(h.width for h in heads))

    def forward(self, x: Tensor) -> Tensor:
        return self.out(x.mean(dim=1))


class FactorHeads(nn.Module):
    """For each factor h: weights softmax_p(q_h . x_p), weighted mean of the patches, linear map.

    x: [B, P, D] -> [B, total width of the heads].
    """

    def __init__(self, heads: list[Head], size: int) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.randn(len(heads), size) * size**-0.5)
        self.weight = nn.Parameter(torch.randn(sum(h.width for h in heads), size) * 0.02)
        self.bias = nn.Parameter(torch.zeros(len(self.weight)))
        owner = [index for index, head in enumerate(heads) for _ in range(head.width)]
        self.register_buffer("owner", torch.tensor(owner), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        attention = (x @ self.queries.T).softmax(dim=1)  # [B, P, H]
        pooled = attention.transpose(1, 2) @ x  # [B, H, D]
        return (pooled[:, self.owner] * self.weight).sum(-1) + self.bias


def factor_losses(outputs: Tensor, targets: Tensor, heads: list[Head]) -> dict[str, Tensor]:
    """Cross-entropy over log(classes), or smooth L1: all near 1 at the start."""
    losses = {}
    for column, (head, part) in enumerate(
        zip(heads, outputs.split([h.width for h in heads], dim=1), strict=True)
    ):
        target = targets[:, column]
        if head.classes:
            loss = F.cross_entropy(part, target.long(), ignore_index=-1, reduction="sum")
            known = (target >= 0).sum().clamp(min=1)
            losses[head.name] = loss / known / np.log(len(head.classes))
        else:
            losses[head.name] = F.smooth_l1_loss(part[:, 0], target) * 2
    return losses


def head_weight(name: str) -> float:
    """How much a factor counts in the loss."""
    return WEIGHTS.get(name, 2.0 if name.startswith("score_") else 1.0)
