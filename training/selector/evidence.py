"""Evidence: the facts an answer follows from, asked for where it is given (our choice).

An answer tells the text model one of three things about a dozen facts of two pictures, so it learns
to guess a trend long before it learns to count. Auxiliary heads therefore ask the state before each
answer, as the last layer receives it, for those facts of both sides; the last layer then has only
to weigh them. The verdict weighs how much better a side is, which the answers before it do not say:
it is asked for the scores themselves. The heads serve training alone and are not shipped.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from common.idefics3 import MultimodalModel
from selector.data import Creatives
from selector.examples import View, Vocabulary, answers_in
from selector.grammar import ASPECTS

Factors = dict[str, Any]
Facts = list[bool] | list[float]  # in [0, 1]


def _query(f: Factors, c: dict[str, Any]) -> Facts:
    asks = {name: name != "" and name in c["interests"] for name in
            (f["headline_interest"], f["scene_interest"], "sale")}  # fmt: skip
    headline = asks[f["headline_interest"]]
    return [
        headline,
        headline and f["text_readable"],
        asks[f["scene_interest"]],
        asks["sale"] and f["has_price"],
        f["match"] == "wrong_kind",
        c["color_asked"] and f["match"] == "wrong_color",
    ]


def _title(f: Factors, c: dict[str, Any]) -> Facts:
    said = c["feature"] != "" and f["headline_interest"] == c["feature"]
    return [
        f["match"] == "wrong_kind",
        f["match"] == "wrong_color",
        said,
        said and f["text_readable"],
    ]


def _text(f: Factors, _: dict[str, Any]) -> Facts:
    names = ("has_headline", "text_readable", "has_price", "has_cta", "text_crowded")
    return [*(f[name] for name in names), f["text_level"] == "large"]


def _cast(f: Factors, _: dict[str, Any]) -> Facts:
    return [f["person"], f["has_prop"], f["has_prop"] and f["prop_fits"]]


def _layout(f: Factors, _: dict[str, Any]) -> Facts:
    names = ("inset", "has_badge", "columns", "layout_crowded", "text_over")
    return [*(f[name] for name in names), f["border"] == "thin", f["border"] == "heavy"]


def _subject(f: Factors, _: dict[str, Any]) -> Facts:
    names = ("cut", "tilted", "centered", "blurred", "compressed")
    facts = [f[name] for name in names]
    return [*facts, f["size_level"] == "large", f["size_level"] == "medium",
            f["exposure"] == "normal", f["count"] > 1]  # fmt: skip


def _background(f: Factors, _: dict[str, Any]) -> Facts:
    kinds = ("scene", "plain", "gradient", "clutter")
    return [*(f["background"] == kind for kind in kinds),
            f["background"] == "scene" and f["scene_fits"], f["product_stands_out"]]  # fmt: skip


def _scores(f: Factors, _: dict[str, Any]) -> Facts:
    names = ("text", "cast", "layout", "subject", "background")
    return [1 / (1 + math.exp(-f[f"score_{name}"])) for name in names]


# What each answer depends on by the rules of tools/creatives/plan/aspects.ts, and how many facts.
EVIDENCE: dict[str, tuple[Callable[[Factors, dict[str, Any]], Facts], int]] = {
    "q3": (_query, 6), "q4": (_title, 4), "q5": (_text, 6), "q6": (_cast, 3),
    "q7": (_layout, 7), "q8": (_subject, 9), "q9": (_background, 6), "q10": (_scores, 5),
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question of one row: `token` is the place whose state predicts the answer."""

    row: int
    token: int
    question: str
    facts: list[float]  # in [0, 1], of the left side, then of the right; empty where none are known


def asked_of(
    row: int, begin: int, ids: list[int], view: View, data: Creatives, vocabulary: Vocabulary
) -> list[Asked]:
    """The questions of a response that begins at token `begin`."""
    sides = [data.creatives[name]["factors"] for name in view.sides]
    out = []
    for index, question in answers_in(ids, vocabulary).items():
        facts: list[float] = []
        if question in EVIDENCE:
            read, _ = EVIDENCE[question]
            facts = [float(x) for side in sides for x in read(side, view.pair["context"])]
        out.append(Asked(row, begin + index - 1, question, facts))
    return out


class EvidenceHeads(nn.Module):
    """One linear map a question, from the state before its answer to the facts of both sides."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = nn.ModuleDict({q: nn.Linear(width, 2 * n) for q, (_, n) in EVIDENCE.items()})

    def carry_over(self, checkpoint: Path) -> None:
        """Takes over the heads of an earlier run that ask for as many facts.

        Heads drawn anew would shake the text model that learned for others.
        """
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)["extra"]
        own = self.state_dict()
        kept = saved.get("evidence", {}).items()
        self.load_state_dict(own | {k: v for k, v in kept if k in own and v.shape == own[k].shape})

    def loss(self, states: Tensor, asked: list[Asked]) -> Tensor:
        """Mean binary cross-entropy. states: [B, T, C], the last layer's input."""
        parts = []
        for question, head in self.heads.items():
            here = [a for a in asked if a.question == question]
            # A map that is not asked still takes part: workers average the same gradients.
            parts.append(sum((p.sum() * 0 for p in head.parameters()), states.new_zeros(())))
            if here:
                at = states[[a.row for a in here], [a.token for a in here]].float()
                facts = torch.tensor([a.facts for a in here], device=at.device)
                parts[-1] = parts[-1] + F.binary_cross_entropy_with_logits(head(at), facts)
        return torch.stack(parts).mean()


class LastLayerInput:
    """Keeps what the text model's last layer was given in the pass just made, [B, T, C]."""

    def __init__(self, model: MultimodalModel) -> None:
        self.states = torch.empty(0)
        model.model.text_model.layers[-1].register_forward_pre_hook(self._keep)

    def _keep(self, _module: nn.Module, inputs: tuple[Any, ...]) -> None:
        self.states = inputs[0]


def mirror_loss(logits: Tensor, asked: list[Asked], vocabulary: Vocabulary) -> Tensor:
    """How far the answers of a pair's two display orders are from being mirror images.

    Rows 2i and 2i + 1 show a pair in both orders. logits: [len(asked), V]. Mean over questions of
    the symmetric KL divergence between the answers' distributions, sides exchanged.
    """
    place = {(a.row, a.question): i for i, a in enumerate(asked)}
    kinds = (
        ([vocabulary.id(word) for word in ("A>B", "A=B", "A<B")], set(ASPECTS)),
        ([vocabulary.id("ĠA"), vocabulary.id("ĠB")], {"q10"}),
    )
    parts = []
    for ids, questions in kinds:
        pairs = [
            (i, place[row + 1, question])
            for (row, question), i in place.items()
            if row % 2 == 0 and question in questions and (row + 1, question) in place
        ]
        if pairs:
            first, second = (
                logits[list(side)][:, ids].float() for side in zip(*pairs, strict=True)
            )
            p, q = first.log_softmax(-1), second.flip(-1).log_softmax(-1)
            parts.append(((p.exp() - q.exp()) * (p - q)).sum(-1) / 2)
    return torch.cat(parts).mean() if parts else logits.sum() * 0
