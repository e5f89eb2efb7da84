"""A drill for the text model: what a reading means for the query and the title (our choice).

A full response says four times at most whether a product or a headline is what was asked for, and a
text model trained on few pairs goes on guessing the commonest word instead of comparing. A drill
asks it a dozen times and more in a row, about made-up readings, after the prompt of a real pair.
Only those findings are targets: nothing is learned of what the pictures show.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from selector.data import Creatives
from selector.examples import View, Vocabulary
from selector.grammar import appeal, grammar
from selector.prompt import Language

FINDINGS = ("match", "appeal")  # slots of the grammar
LINES = 3  # of each of the two questions


@dataclass(frozen=True)
class Drill:
    """A response of made-up readings. facts: for each finding what was read."""

    text: str
    facts: list[dict[str, str]]


class Drills:
    """Draws drills and finds the findings in a response."""

    def __init__(self, data: Creatives, vocabulary: Vocabulary) -> None:
        self._lexicon = grammar()["lexicon"]
        self._interests: dict[str, str] = {}  # of every headline of the training pictures
        for name, creative in data.creatives.items():
            seen = creative["factors"]
            if seen["has_headline"] and data.split_of(name) == "train":
                self._interests[seen["headline"]] = seen["headline_interest"]
        phrases = {
            tuple(vocabulary.encode(before + words[language]))
            for slot in FINDINGS
            for words in self._lexicon[slot].values()
            for language, before in (("en", " "), ("zh", ""))
        }
        self._phrases = sorted(phrases, key=len, reverse=True)

    @cached_property
    def interests(self) -> list[str]:
        """What headlines can say."""
        return sorted(set(self._interests.values()))

    @cached_property
    def _headlines(self) -> list[str]:
        return sorted(self._interests)

    def findings(self, ids: list[int]) -> list[slice]:
        """Where the findings stand, each with the token after it: a longer may begin like it."""
        found: list[slice] = []
        start = 0
        while start < len(ids):
            fits = (p for p in self._phrases if tuple(ids[start : start + len(p)]) == p)
            length = len(next(fits, ()))
            if length:
                found.append(slice(start, min(start + length + 1, len(ids))))
            start += max(1, length)
        return found

    def draw(self, view: View, rng: np.random.Generator) -> Drill:
        """Made-up readings of both sides, each with what it means for this query and title."""
        language, context = view.language, view.pair["context"]
        lines, facts = [], []
        for _ in range(LINES):
            for question, draw in (("q1", self._product), ("q2", self._headline)):
                sides = {letter: draw(context, rng) for letter in "ab"}
                lines.append(f"{question.upper()} NO {_read_out(question, sides, language)}")
                facts += sides.values()
        for fact in facts:
            if "headline" in fact:
                fact["interest"] = self._interests[fact["headline"]]
        return Drill("<think>\n" + "\n".join(lines), facts)

    def _product(self, context: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        match = str(rng.choice(list(self._lexicon["match"])))
        seen = {"match": match, "kind": context["kind"], "color": context["color"]}
        changed = {"right": None, "wrong_color": "color", "wrong_kind": "kind"}[match]
        if changed:
            others = [name for name in self._lexicon[changed] if name != context[changed]]
            seen[changed] = str(rng.choice(others))
        if changed == "kind":
            seen["color"] = str(rng.choice(list(self._lexicon["color"])))
        return seen

    def _headline(self, context: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """Each appeal that the pair allows is as likely as the others."""
        by_appeal: dict[str, list[str]] = {}
        for headline in self._headlines:
            said = {"headline_interest": self._interests[headline]}
            by_appeal.setdefault(appeal(said, context), []).append(headline)
        drawn = str(rng.choice(list(by_appeal)))
        return {"appeal": drawn, "headline": str(rng.choice(by_appeal[drawn]))}


def _read_out(question: str, sides: dict[str, dict[str, Any]], language: Language) -> str:
    """The reading form of a question that says all of these facts."""
    named = [f"{{{side}.{slot}}}" for side, facts in sides.items() for slot in facts]
    for form in grammar()["forms"]:
        template = form[language][0]
        if form["q"] == question and form.get("reads") and all(n in template for n in named):
            break
    else:
        raise ValueError(f"grammar: no reading form of {question} names {named}")
    for side, facts in sides.items():
        for slot, value in facts.items():
            words = grammar()["lexicon"].get(slot)
            said = words[value][language] if words else value
            template = template.replace(f"{{{side}.{slot}}}", said)
    return template
