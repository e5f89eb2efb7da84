"""How far the tower alone would carry: a small network judges pairs by linear readings of pictures.

Not part of the shipped model. Factors are read off the mean patch by linear maps, compared with the
known context of the pair (what title and queries ask for), and a network of two hidden layers turns
both sides into the winner and the answers to Q3 and Q4. Where the text model does worse, it is the
text model that fails to read, not the tower that fails to see.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common.runtime import open_runtime
from selector.data import Creatives, load_creatives
from selector.recipes import RECIPES
from selector.sft import cached_features

CHOICES = ("kind", "color", "headline_interest", "scene_interest", "text_readable", "has_price")
SCORES = ("score_text", "score_cast", "score_layout", "score_subject", "score_background")
ANSWERS = ("A>B", "A=B", "A<B")


def fit(net: nn.Module, steps: int, rows: Tensor, loss: Any, rate: float) -> None:
    """AdamW over random rows; `loss` takes row numbers."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(rows[torch.randint(len(rows), (512,))]).backward()
        optimizer.step()


def read_factors(
    features: Tensor, factors: list[dict], train: Tensor
) -> tuple[dict[str, tuple[Tensor, dict[Any, int]]], Tensor]:
    """For each choice its probabilities [N, classes] and their columns; the scores [N, 5]."""
    x = features.float().mean(1)
    x = (x - x[train].mean(0)) / x[train].std(0)
    told = {}
    for name in CHOICES:
        columns = {value: i for i, value in enumerate(sorted({f[name] for f in factors}))}
        truth = torch.tensor([columns[f[name]] for f in factors])
        net = nn.Linear(x.shape[1], len(columns))
        fit(net, 2500, train, lambda rows, net=net, truth=truth:
            F.cross_entropy(net(x[rows]), truth[rows]), 5e-3)  # fmt: skip
        told[name] = (net(x).softmax(-1).detach(), columns)
    scores = torch.tensor([[f[name] for name in SCORES] for f in factors])
    net = nn.Sequential(nn.Linear(x.shape[1], 256), nn.GELU(), nn.Linear(256, len(SCORES)))
    fit(net, 2500, train, lambda rows: F.mse_loss(net(x[rows]), scores[rows]), 1e-3)
    return told, net(x).detach()


def side(told: dict, scores: Tensor, row: int, context: dict[str, Any]) -> Tensor:
    """What is known of one creative for one shopper."""

    def chance(name: str, value: Any) -> Tensor:
        table, columns = told[name]
        return table[row, columns[value]] if value in columns else torch.tensor(0.0)

    def wanted(name: str) -> Tensor:
        return sum((chance(name, asked) for asked in context["interests"]), torch.tensor(0.0))

    color, price = chance("color", context["color"]), chance("has_price", True)
    feature = context["feature"]
    facts = [
        chance("kind", context["kind"]),
        color,
        color * float(context["color_asked"]),
        wanted("headline_interest"),
        wanted("scene_interest"),
        chance("headline_interest", feature) if feature else torch.tensor(0.0),
        chance("text_readable", True),
        price,
        price * float("sale" in context["interests"]),
    ]
    return torch.cat([torch.stack(facts), scores[row]])


def judge(data: Creatives, told: dict, scores: Tensor) -> dict[str, float]:
    """Trains on pairs of `train`; accuracy on drawn pairs of `val`, both orders averaged."""
    pairs = [p for p in data.pairs_of("train", "val") if p["comparable"] and p["source"] == "drawn"]
    interests = sorted({name for p in pairs for name in p["context"]["interests"]})
    asks = torch.tensor([[float(n in p["context"]["interests"]) for n in interests] for p in pairs])
    a, b = (
        torch.stack([side(told, scores, data.order[p[which]], p["context"]) for p in pairs])
        for which in "ab"
    )
    label = torch.tensor([float(p["label"] == "A") for p in pairs])
    answers = torch.tensor([[ANSWERS.index(p["answers"][q]) for q in ("q3", "q4")] for p in pairs])
    width = 2 * a.shape[1] + asks.shape[1]
    net = nn.Sequential(nn.Linear(width, 128), nn.GELU(), nn.Linear(128, 64), nn.GELU(),
                        nn.Linear(64, 7))  # fmt: skip

    def out(rows: Tensor, is_flipped: bool) -> Tensor:
        sides = (b, a) if is_flipped else (a, b)
        return net(torch.cat([sides[0][rows], sides[1][rows], asks[rows]], 1))

    def loss(rows: Tensor) -> Tensor:
        total = torch.tensor(0.0)
        for is_flipped in (False, True):
            y = out(rows, is_flipped)
            truth = 2 - answers[rows] if is_flipped else answers[rows]
            first = 1 - label[rows] if is_flipped else label[rows]
            total = total + F.binary_cross_entropy_with_logits(y[:, 0], first)
            total = total + F.cross_entropy(y[:, 1:4], truth[:, 0])
            total = total + F.cross_entropy(y[:, 4:], truth[:, 1])
        return total

    splits = torch.tensor([p["split"] == "val" for p in pairs])
    fit(net, 2000, (~splits).nonzero()[:, 0], loss, 1e-3)
    rows = splits.nonzero()[:, 0]
    with torch.no_grad():
        y, flipped = out(rows, False), out(rows, True)
    right = {
        "label": (y[:, 0] > flipped[:, 0]) == (label[rows] > 0.5),
        "q3": y[:, 1:4].argmax(1) == answers[rows, 0],
        "q4": y[:, 4:].argmax(1) == answers[rows, 1],
    }
    return {
        "pairs": len(rows),
        **{name: float(hits.float().mean()) for name, hits in right.items()},
    }


def main() -> None:
    """Command line; prints one line for each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", choices=RECIPES, default="cpu")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()
    runtime, data = open_runtime("cpu", args.threads), load_creatives(*args.data)
    features = cached_features(RECIPES[args.recipe], data, args.out, args.cache, runtime)
    factors = [creative["factors"] for creative in data.creatives.values()]
    train = torch.tensor([i for n, i in data.order.items() if data.split_of(n) == "train"])
    for seed in args.seeds:
        torch.manual_seed(seed)
        told, scores = read_factors(features, factors, train)
        print(json.dumps({"seed": seed, **judge(data, told, scores)}), flush=True)


if __name__ == "__main__":
    main()
