"""Which of a pair's true wordings to learn. The choice is Perigee's own; no paper states it.

Every wording is true of the pair, but a tower that cannot read a headline learns to invent one from
sentences that quote it. So wordings are drawn in favour of facts that the tower told apart on the
validation products of stage 0.

A line's answer stands before its reason, so only earlier lines can serve as a chain of thought. The
first two reasons therefore read out what Q3 and Q4 turn on: Q1 what the products are, Q2 the
headlines, in one form of words whatever they are, so that nothing need be known before it is read.
Matching the query against a headline is then a matter of text.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from common.jsonl import read_jsonl
from selector.grammar import answer_class, grammar, matchers

TEMPERATURE = 0.08  # of the choice: a doubt larger by this is exp(1) times rarer
READ_OUT_BONUS = 1.0  # taken off the doubt of a reason that reads both sides out


@dataclass(frozen=True)
class Reading:
    """One way to understand a reason: the factors of the pictures that it speaks of."""

    factors: frozenset[str]
    reads: bool  # says what both sides show, whatever it is


@cache
def readings(question: str, kind: str, language: str, text: str) -> tuple[Reading, ...]:
    """One for each template that fits the text."""
    slots = grammar()["slots"]
    found = []
    for matcher in matchers(question, kind, language):
        if not matcher.pattern.fullmatch(text):
            continue
        said = {slots[s]["factor"] for role, s in matcher.captures if s and role != "p"}
        names = [part for cond in matcher.when for part in cond[1:] if "." in str(part)]
        asked = {name.split(".")[1] for name in names if not name.startswith("p.")}
        found.append(Reading(frozenset(said | asked), matcher.reads))
    return tuple(found)


@dataclass(frozen=True)
class Wording:
    """Draws wordings. accuracy: share of validation pictures on which a factor was told right."""

    accuracy: dict[str, float]

    @staticmethod
    def read(out: Path) -> "Wording":
        """From the last validation row of stage 0's log."""
        path = out / "pretrain-vision.jsonl"
        rows = [row for row in read_jsonl(path) if row["event"] == "val"] if path.exists() else []
        scores = json.loads(rows[-1]["scores"]) if rows else {}
        # Whether the product is the one meant shows in its kind and colour alone.
        match = scores.get("kind", 1.0) * scores.get("color", 1.0)
        # A price is read character by character, and quoted whole.
        price = math.prod(v for name, v in scores.items() if name.startswith("price_"))
        return Wording({**scores, "match": match, "price": price})

    def doubt(self, question: str, answer: str, language: str, text: str) -> float:
        """1 - product of the accuracies over the stated factors, least over fitting templates."""
        sure = [
            math.prod(max(0.0, self.accuracy.get(name, 1.0)) for name in reading.factors)
            for reading in readings(question, answer_class(answer), language, text)
        ]
        return 1 - max(sure, default=0.0)

    def cost(self, question: str, answer: str, language: str, text: str) -> float:
        """What the choice weighs: the doubt, less for facts that later lines need."""
        understood = readings(question, answer_class(answer), language, text)
        bonus = READ_OUT_BONUS if any(reading.reads for reading in understood) else 0.0
        return self.doubt(question, answer, language, text) - bonus

    def choose(
        self,
        answers: dict[str, str],
        variants: list[dict[str, str]],
        language: str,
        rng: np.random.Generator,
    ) -> dict[str, str]:
        """One wording for each answered question."""
        chosen = {}
        for question, answer in answers.items():
            texts = sorted({variant[question] for variant in variants})
            costs = np.array([self.cost(question, answer, language, text) for text in texts])
            weights = np.exp(-(costs - costs.min()) / TEMPERATURE)
            chosen[question] = texts[int(rng.choice(len(texts), p=weights / weights.sum()))]
        return chosen
