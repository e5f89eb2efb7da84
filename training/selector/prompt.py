"""The selector's text format (docs/selector-format.md): that of src/domain/reasoning-text.ts."""

import re
from dataclasses import dataclass
from typing import Literal

from common.tokenizer import END, IMAGE, IMAGE_EDGE, IMAGE_GLOBAL, START

QUESTIONS = ("q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10")
TAGS = ("<think>", "</think>", "<answer>", "</answer>")
WORDS = ("A>B", "A=B", "A<B", "YES", "NO", *(f"Q{i}" for i in range(1, 11)))
FLIP = {"A>B": "A<B", "A<B": "A>B", "A": "B", "B": "A"}

Order = Literal["AB", "BA"]
Language = Literal["en", "zh"]


@dataclass(frozen=True)
class Answered:
    """A parsed response. `well_formed` is False when anything is missing or out of place."""

    answers: dict[str, str]
    reasons: dict[str, str]
    label: str | None
    well_formed: bool


def flip_answers(answers: dict[str, str]) -> dict[str, str]:
    """The answers with the sides exchanged: A>B <-> A<B and A <-> B; the rest stay."""
    return {question: FLIP.get(answer, answer) for question, answer in answers.items()}


def image_block(tokens: int) -> str:
    """One image as it stands in the prompt."""
    return f"{IMAGE_EDGE}{IMAGE_GLOBAL}{IMAGE * tokens}{IMAGE_EDGE}"


def print_prompt(language: Language, queries: list[str], title: str, image_tokens: int) -> str:
    """Everything before the response."""
    image = image_block(image_tokens)
    protocol = " ".join(question.upper() for question in QUESTIONS)
    return (
        f"{START}User:Language: {language}\nQueries: {' | '.join(queries)}\nTitle: {title}\n"
        f"A:{image}\nB:{image}\nProtocol: {protocol}{END}\nAssistant:"
    )


def print_response(answers: dict[str, str], reasons: dict[str, str], label: str) -> str:
    """The response; questions without an answer are left out, empty reasons add no space."""
    lines = [
        f"{question.upper()} {answers[question]} {reasons.get(question, '')}".rstrip()
        for question in QUESTIONS
        if question in answers
    ]
    return "<think>\n" + "\n".join(lines) + f"\n</think><answer>{label}</answer>{END}"


_RESPONSE = re.compile(r"<think>\n(.*)\n</think><answer>([AB])</answer>", re.DOTALL)
_LINE = re.compile(r"Q(10|[1-9]) (YES|NO|A>B|A=B|A<B|A|B)(?: (.*))?")


def allowed(question: str) -> tuple[str, ...]:
    """The answers a question may have."""
    if question in ("q1", "q2"):
        return ("YES", "NO")
    return ("A", "B") if question == "q10" else ("A>B", "A=B", "A<B")


def parse_response(text: str) -> Answered:
    """Reads a response as far as it can be read."""
    text = text.removesuffix(END)
    whole = _RESPONSE.fullmatch(text)
    body = whole[1] if whole else text.removeprefix("<think>\n").split("\n</think>")[0]
    answers: dict[str, str] = {}
    reasons: dict[str, str] = {}
    clean = whole is not None
    for line in body.split("\n"):
        match = _LINE.fullmatch(line)
        question = f"q{match[1]}" if match else ""
        if not match or match[2] not in allowed(question) or question in answers:
            clean = False
            continue
        answers[question] = match[2]
        reasons[question] = match[3] or ""
    gated = answers.get("q1") == "YES" or answers.get("q2") == "YES"
    in_order = [q for q in QUESTIONS if q in answers] == list(answers)
    complete = len(answers) == len(QUESTIONS) or gated
    label = whole[2] if whole else _loose_label(text)
    agrees = "q10" not in answers or answers["q10"] == label
    return Answered(answers, reasons, label, clean and in_order and complete and agrees)


def _loose_label(text: str) -> str | None:
    """The answer letter of a response that is malformed elsewhere."""
    found = re.search(r"<answer>([AB])", text)
    return found[1] if found else None
