"""Which of a pair's true wordings to learn. The choice is Perigee's own; no paper states it.

Every wording is true of the pair, but a tower that cannot read a headline learns to invent one from
sentences that quote it. So wordings are drawn in favour of facts that the tower, by the heads of
stage 0, is sure of in the two pictures at hand.

A line's answer stands before its reason, so only earlier lines can serve as a chain of thought. The
first two reasons therefore read out what Q3 and Q4 turn on: Q1 what the products are, Q2 the
headlines, in one form of words whatever they are, so that nothing need be known before it is read.
Matching the query against a headline is then a matter of text. They do so however much the tower
doubts it: a model that could leave it out did so where the tower is least sure, on photographs, and
lost eight points of accuracy there.
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from selector.data import Creatives
from selector.factors import PRICE_CHARACTERS, Head, MeanHeads, targets_of, with_read_price
from selector.grammar import answer_class, grammar, matchers, winners

TEMPERATURE = 0.08  # of the choice: a doubt larger by this is exp(1) times rarer
# Factors without a head of their own show in those of others: their probabilities are multiplied.
SHOWN_BY = {
    "match": ("kind", "color"),
    "appeal": ("headline_interest",),
    "size_rank": ("size_level",),
    # A price is read character by character, and quoted whole.
    "price": tuple(f"price_{i}" for i in range(PRICE_CHARACTERS)),
}


@dataclass(frozen=True)
class Reading:
    """One way to understand a reason: what it says of whom, as (role, factor)."""

    facts: frozenset[tuple[str, str]]
    reads: bool  # says what both sides show, whatever it is


@cache
def readings(question: str, kind: str, language: str, text: str) -> tuple[Reading, ...]:
    """One for each template that fits the text."""
    slots = grammar()["slots"]
    found = []
    for matcher in matchers(question, kind, language):
        if not matcher.pattern.fullmatch(text):
            continue
        said = {(role, slots[s]["factor"]) for role, s in matcher.captures if s}
        names = [part for cond in matcher.when for part in cond[1:] if "." in str(part)]
        asked = {tuple(name.split(".")) for name in names}
        facts = frozenset((role, factor) for role, factor in said | asked if role != "p")
        found.append(Reading(facts, matcher.reads))
    return tuple(found)


@dataclass(frozen=True)
class Wording:
    """Draws wordings.

    sure: for each factor [N], the probability the tower gives to what is so in each picture.
    order: the pictures' rows. A factor that is not in `sure` is never in doubt.
    """

    sure: dict[str, np.ndarray]
    order: dict[str, int]

    @staticmethod
    @torch.no_grad()
    def read(out: Path, data: Creatives, features: Tensor) -> "Wording":
        """By the heads of stage 0. features: [N, P, D] of all pictures."""
        saved = torch.load(out / "vision.pt", map_location="cpu", weights_only=True)
        heads = [Head(name, tuple(values)) for name, values in saved["extra"]["classes"].items()]
        model = MeanHeads(heads, features.shape[-1])
        prefix = "mean_factors."
        model.load_state_dict(
            {k.removeprefix(prefix): v for k, v in saved["model"].items() if k.startswith(prefix)}
        )
        factors = [with_read_price(data.creatives[name]["factors"]) for name in data.order]
        choices = [head for head in heads if head.classes]
        truth = dict(zip([h.name for h in choices], targets_of(choices, factors).T, strict=True))
        told = torch.cat([model(part.float()) for part in features.split(1024)])
        sure = {}
        for head, scores in zip(heads, told.split([h.width for h in heads], dim=1), strict=True):
            if head.classes:
                wanted = truth[head.name].long()
                chances = scores.softmax(-1)[torch.arange(len(wanted)), wanted.clamp(min=0)]
                sure[head.name] = torch.where(wanted < 0, 0.0, chances).numpy()
        return Wording(sure, data.order)

    def doubt(
        self, question: str, answer: str, language: str, text: str, sides: tuple[str, str]
    ) -> float:
        """1 - product over the stated facts, least over fitting templates.

        sides: ids of the left and the right creative. Where the answer does not tell who wins, what
        is said of the winner is asked of both.
        """
        won = ["ab".index(winner) for winner in winners(answer)]
        where = {"a": [0], "b": [1], "w": won, "l": [1 - side for side in won]}
        sure = []
        for reading in readings(question, answer_class(answer), language, text):
            shown = {
                (sides[side], name)
                for role, factor in reading.facts
                for side in where[role]
                for name in SHOWN_BY.get(factor, (factor,))
                if name in self.sure
            }
            sure.append(math.prod(float(self.sure[name][self.order[of]]) for of, name in shown))
        return 1 - max(sure, default=0.0)

    def offered(self, question: str, answer: str, language: str, texts: list[str]) -> list[str]:
        """Those that read both sides out; all of them where none does."""
        kind = answer_class(answer)
        reading = [
            text
            for text in texts
            if any(one.reads for one in readings(question, kind, language, text))
        ]
        return reading or texts

    def choose(
        self,
        answers: dict[str, str],
        variants: list[dict[str, str]],
        language: str,
        sides: tuple[str, str],
        rng: np.random.Generator,
    ) -> dict[str, str]:
        """One wording for each answered question."""
        chosen = {}
        for question, answer in answers.items():
            texts = sorted({variant[question] for variant in variants})
            texts = self.offered(question, answer, language, texts)
            doubts = [self.doubt(question, answer, language, text, sides) for text in texts]
            weights = np.exp(-(np.array(doubts) - min(doubts)) / TEMPERATURE)
            chosen[question] = texts[int(rng.choice(len(texts), p=weights / weights.sum()))]
        return chosen
