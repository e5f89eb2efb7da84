"""Training examples: a pair seen in one display order and one language, as token ids."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from common.tokenizer import IMAGE, PAD, train_tokenizer
from selector.data import Creatives
from selector.prompt import (
    QUESTIONS,
    TAGS,
    WORDS,
    Language,
    Order,
    flip_answers,
    print_prompt,
    print_response,
)

if TYPE_CHECKING:
    from selector.wording import Wording

ORDERS: tuple[Order, ...] = ("AB", "BA")
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True)
class View:
    """A pair as shown: which creative stands left, in which language."""

    pair: dict[str, Any]
    order: Order
    language: Language

    @property
    def sides(self) -> tuple[str, str]:
        """Creative ids as shown."""
        a, b = self.pair["a"], self.pair["b"]
        return (a, b) if self.order == "AB" else (b, a)

    @property
    def label(self) -> str:
        """The side, as shown, with the higher click-through rate."""
        label = self.pair["label"]
        return label if self.order == "AB" else {"A": "B", "B": "A"}[label]

    @property
    def answers(self) -> dict[str, str]:
        """True answers as shown."""
        answers = self.pair["answers"]
        return answers if self.order == "AB" else flip_answers(answers)

    def prompt(self, image_tokens: int, with_queries: bool = True) -> str:
        """The text before the response."""
        queries = self.pair["queries"][self.language] if with_queries else []
        return print_prompt(self.language, queries, self.pair["title"][self.language], image_tokens)

    def response(
        self,
        rng: np.random.Generator | None,
        with_reasons: bool = True,
        wording: "Wording | None" = None,
    ) -> str:
        """A target response; `rng` picks among the reason variants, by `wording` if given.

        Without `rng` it is the first variant.
        """
        reasons: dict[str, str] = {}
        answers = shown_answers(self.answers)
        if with_reasons:
            variants = self.pair["reasons"][self.order][self.language]
            if rng is None:
                reasons = variants[0]
            elif wording is None:
                reasons = variants[int(rng.integers(len(variants)))]
            else:
                reasons = wording.choose(answers, variants, self.language, self.sides, rng)
        return print_response(answers, reasons, self.label)


def shown_answers(answers: dict[str, str]) -> dict[str, str]:
    """The questions a response answers, in order."""
    return {question: answers[question] for question in QUESTIONS if question in answers}


def fit_tokenizer(data: Creatives, vocab_size: int, limit: int = 3000) -> Tokenizer:
    """Trains on prompts and responses of training pairs, both languages and orders."""
    texts = []
    for number, pair in enumerate(data.pairs_of("train")[:limit]):
        rng = np.random.default_rng(number)
        for language in LANGUAGES:
            view = View(pair, ORDERS[number % 2], language)
            texts.append(view.prompt(0).split("Title: ")[0])
            texts.append(pair["title"][language] + "\n")
            texts.append(view.response(rng))
    return train_tokenizer(texts, vocab_size, tags=TAGS, words=WORDS)


@dataclass(frozen=True)
class Vocabulary:
    """The tokenizer and the ids the recipes look for."""

    tokenizer: Tokenizer

    def id(self, token: str) -> int:
        """The id of a token that must exist."""
        found = self.tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f'tokenizer: no token "{token}"')
        return found

    def encode(self, text: str) -> list[int]:
        """Token ids without automatic additions."""
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: list[int]) -> str:
        """Text with special tokens kept."""
        return self.tokenizer.decode(ids, skip_special_tokens=False)

    @property
    def letters(self) -> tuple[int, int]:
        """Ids of A and B after <answer>."""
        return (self.id("A"), self.id("B"))

    @property
    def side_letters(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Ids of A and B wherever they name a side: at a line's start, and after a blank."""
        return (self.letters, (self.id("ĠA"), self.id("ĠB")))

    @property
    def verdict_letters(self) -> dict[int, tuple[int, int]]:
        """Ids of A and B after each token that a verdict follows: Q10 and a blank, or <answer>."""
        return {
            self.id("Q10"): (self.id("ĠA"), self.id("ĠB")),
            self.id("<answer>"): self.letters,
        }

    @property
    def image(self) -> int:
        """The image placeholder."""
        return self.id(IMAGE)

    @property
    def pad(self) -> int:
        """Padding."""
        return self.id(PAD)


@dataclass(frozen=True)
class LossWeights:
    """How much a token counts. Answers decide the outcome but are few; reasons are many."""

    answer: float = 8.0
    final: float = 0.5  # it repeats Q10
    finding: float = 4.0  # what a reading means for query and title: answers follow from it
    reason: float = 1.0


def answers_in(ids: list[int], vocabulary: Vocabulary) -> dict[int, str]:
    """Where the answers of a response stand: token -> question, or "final" after <answer>."""
    words = {vocabulary.id(word) for word in ("A>B", "A=B", "A<B", "YES", "NO")}
    last, final = vocabulary.id("Q10"), vocabulary.id("<answer>")
    out = {}
    for index, (token, line) in enumerate(zip(ids, lines_of(ids, vocabulary), strict=True)):
        before = ids[index - 1] if index else -1
        if before == final:
            out[index] = "final"
        elif line is not None and (token in words or before == last):
            out[index] = QUESTIONS[line]
    return out


def token_weights(ids: list[int], vocabulary: Vocabulary, weights: LossWeights) -> list[float]:
    """The weight of each response token as a target."""
    out = [weights.reason] * len(ids)
    for index, question in answers_in(ids, vocabulary).items():
        out[index] = weights.final if question == "final" else weights.answer
    return out


def lines_of(ids: list[int], vocabulary: Vocabulary) -> list[int | None]:
    """For each response token the index in QUESTIONS of the line it stands in, if in any."""
    starts = {vocabulary.id(question.upper()): i for i, question in enumerate(QUESTIONS)}
    end, line, out = vocabulary.id("</think>"), None, []
    for token in ids:
        line = None if token == end else starts.get(token, line)
        out.append(line)
    return out


@dataclass(frozen=True)
class Batch:
    """Right-padded sequences. ids [B, T]; weights [B, T] of each token as a target (0: none)."""

    ids: Tensor
    weights: Tensor
    images: Tensor  # [B, 2] rows of the feature table


def collate(
    prompts: list[list[int]],
    responses: list[list[int]],
    weights: list[list[float]],
    images: list[tuple[int, int]],
    pad: int,
) -> Batch:
    """Pads to the longest sequence."""
    length = max(len(p) + len(r) for p, r in zip(prompts, responses, strict=True))
    ids = torch.full((len(prompts), length), pad)
    weight = torch.zeros(len(prompts), length)
    for row, (prompt, response, values) in enumerate(zip(prompts, responses, weights, strict=True)):
        end = len(prompt) + len(response)
        ids[row, :end] = torch.tensor(prompt + response)
        weight[row, len(prompt) : end] = torch.tensor(values)
    return Batch(ids, weight, torch.tensor(images))
