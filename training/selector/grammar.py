"""Checks reasons against the known factors (docs/selector-format.md), by tools/creatives' grammar.

The same data drives the writer and the checker in TypeScript; tests compare the verdicts of both.
Roles in a template: a, b the sides as shown; w, l the answer's winner and loser; p the pair.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from selector.examples import View
from selector.prompt import Language

GRAMMAR = Path(__file__).parents[2] / "tools/creatives/reasoning/grammar.json"
ASPECTS = ("q3", "q4", "q5", "q6", "q7", "q8", "q9")
Verdict = Literal["true", "false", "unparsed"]
Facts = dict[str, dict[str, Any]]

_TOKEN = re.compile(r"\{(\w+)(?:\.(\w+)(?:#(\d))?)?\}|[(|)]|[^{(|)]+")


@dataclass(frozen=True)
class Matcher:
    """One template as a pattern. captures: (role, slot or None) of each group.

    reads: says what both sides show, whatever it is.
    """

    when: list[list[Any]]
    pattern: re.Pattern[str]
    captures: tuple[tuple[str, str | None], ...]
    reads: bool


@cache
def grammar() -> dict[str, Any]:
    """grammar.json."""
    return json.loads(GRAMMAR.read_text("utf-8"))


def _compile(form: dict[str, Any], template: str, language: str) -> Matcher:
    captures: list[tuple[str, str | None]] = []
    source = ""
    for match in _TOKEN.finditer(template):
        token, role, slot = match[0], match[1], match[2]
        if role is None:
            source += {"(": "(?:", ")": ")", "|": "|"}.get(token) or re.escape(token)
            continue
        captures.append((role, slot))
        lexicon = grammar()["slots"][slot].get("lexicon") if slot else None
        if slot is None:
            source += "([AB])"
        elif lexicon is None:
            source += "(.+?)"
        else:
            words = {entry[language] for entry in grammar()["lexicon"][lexicon].values()}
            longest_first = sorted(words, key=lambda word: (-len(word), word))
            source += f"({'|'.join(map(re.escape, longest_first))})"
    return Matcher(form["when"], re.compile(source), tuple(captures), form.get("reads", False))


@cache
def matchers(question: str, answer_class: str, language: str) -> list[Matcher]:
    """All templates that may explain an answer of a class."""
    return [
        _compile(form, template, language)
        for form in grammar()["forms"]
        if form["q"] == question and form["answer"] == answer_class
        for template in form[language]
    ]


def answer_class(answer: str) -> str:
    """The class of forms that explain an answer."""
    classes = {"A": "label", "B": "label", "A=B": "tie", "YES": "yes", "NO": "no"}
    return classes.get(answer, "win")


def winners(answer: str) -> tuple[str, ...]:
    """Which side may be `w`: either where the answer does not say."""
    if answer in ("A>B", "A"):
        return ("a",)
    return ("b",) if answer in ("A<B", "B") else ("a", "b")


def headline_says(factors: dict[str, Any], context: dict[str, Any]) -> tuple[bool, bool]:
    """Whether a headline says what is searched for, and whether what the title names."""
    said = factors["headline_interest"]
    return said in context["interests"], said != "" and said == context["feature"]


def appeal(factors: dict[str, Any], context: dict[str, Any]) -> str:
    """The same in a word, a key of the lexicon's `appeal`."""
    is_searched, is_titled = headline_says(factors, context)
    if is_searched:
        return "both" if is_titled else "searched"
    return "titled" if is_titled else "neither"


def facts_of(view: View, factors: dict[str, dict[str, Any]]) -> Facts:
    """The facts of a pair as shown; `factors` maps creative ids to factors."""
    answers, context = view.answers, view.pair["context"]

    def side(name: str, wins: str) -> dict[str, Any]:
        seen = factors[name]
        won = [q for q in ASPECTS if answers.get(q) == wins]
        return {**seen, "appeal": appeal(seen, context), "wins": won}

    left, right = view.sides
    return {"a": side(left, "A>B"), "b": side(right, "A<B"), "p": dict(context)}


def _look_up(facts: Facts, roles: dict[str, str], name: str) -> Any:
    role, factor = name.split(".")
    return facts["p" if role == "p" else roles[role]][factor]


def holds(condition: list[Any], facts: Facts, roles: dict[str, str]) -> bool:
    """Evaluates one `when` condition."""
    op, left = condition[0], _look_up(facts, roles, condition[1])
    right = condition[2] if len(condition) > 2 else None
    if op in ("eq", "ne", "gt", "in", "notin"):
        right = _look_up(facts, roles, right)
    tests = {
        "true": lambda: left is True,
        "false": lambda: left is False,
        "is": lambda: left == right,
        "isnt": lambda: left != right,
        "eq": lambda: left == right,
        "ne": lambda: left != right,
        "gt": lambda: left > right,
        "in": lambda: left in right,
        "notin": lambda: left not in right,
        "has": lambda: right in left,
        "lacks": lambda: right not in left,
        "empty": lambda: len(left) == 0,
    }
    return tests[op]()


def _slot_holds(
    capture: tuple[str, str | None], word: str, language: str, facts: Facts,
    roles: dict[str, str], used: set[tuple[str, str, str]],
) -> bool:  # fmt: skip
    role, slot = capture
    if slot is None:
        return roles[role] == word.lower()
    spec = grammar()["slots"][slot]
    value = _look_up(facts, roles, f"{role}.{spec['factor']}")
    name = word
    if "lexicon" in spec:
        entries = grammar()["lexicon"][spec["lexicon"]]
        name = next((key for key, words in entries.items() if words[language] == word), "")
    if not spec.get("list"):
        return value == name
    fresh = (role, slot, name) not in used
    used.add((role, slot, name))
    return fresh and name in value


def _outcomes(
    question: str, answer: str, text: str, language: Language, facts: Facts
) -> list[list[bool]]:
    """Of every way to understand a reason: which of its stated facts are so.

    A fact is a slot's word or a condition of the form; a side's letter is none, but where it names
    the wrong side nothing said of it is so.
    """
    found = []
    for matcher in matchers(question, answer_class(answer), language):
        match = matcher.pattern.fullmatch(text)
        if not match:
            continue
        for winner in winners(answer):
            roles = {"a": "a", "b": "b", "w": winner, "l": "b" if winner == "a" else "a"}
            used: set[tuple[str, str, str]] = set()
            said = [
                (capture[1], _slot_holds(capture, word, language, facts, roles, used))
                for capture, word in zip(matcher.captures, match.groups(), strict=True)
            ]
            met = [holds(condition, facts, roles) for condition in matcher.when]
            is_right_side = all(held for slot, held in said if slot is None)
            told = [held for slot, held in said if slot is not None] + met
            found.append([held and is_right_side for held in told or [True]])
    return found


def check_reason(
    question: str, answer: str, text: str, language: Language, facts: Facts
) -> Verdict:
    """`true` when some template fits and everything it states is so; `unparsed` when none fits."""
    found = _outcomes(question, answer, text, language, facts)
    return "unparsed" if not found else "true" if any(map(all, found)) else "false"


def true_facts(
    question: str, answer: str, text: str, language: Language, facts: Facts
) -> tuple[int, int]:
    """How many of a reason's stated facts are so, and how many it states, understood at its best.

    A reason that no template fits counts as one fact that is not so.
    """
    found = _outcomes(question, answer, text, language, facts)
    best = max(found, key=lambda told: (sum(told) / len(told), len(told)), default=[False])
    return sum(best), len(best)


def check_response(
    answers: dict[str, str], reasons: dict[str, str], language: Language, facts: Facts
) -> dict[str, Verdict]:
    """The verdict on the reason of every answered question."""
    return {
        question: check_reason(
            question, answers[question], reasons.get(question, ""), language, facts
        )
        for question in answers
    }
