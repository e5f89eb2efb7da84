"""What a step of fine-tuning learns: examples of one kind, both display orders side by side."""

import numpy as np

from common.parallel import Worker
from common.runtime import batch_rng
from selector import titles
from selector.data import Creatives
from selector.describe import describe, describe_prompt
from selector.drill import Drills
from selector.evidence import Asked, asked_of
from selector.examples import (
    LANGUAGES,
    ORDERS,
    Batch,
    LossWeights,
    View,
    Vocabulary,
    collate,
    token_weights,
)
from selector.recipes import Recipe
from selector.wording import Wording

QUERY_DROPOUT = 0.04  # people may give no query
DESCRIBE, DRILL, SHORT, FULL = "describe", "drill", "short", "full"
WARM_UP = 0.5  # of the steps: afterwards neither descriptions nor drills
OVERSAMPLED = 3.0  # how much likelier pairs are that cannot be told apart: 1 in 60 of all
# Sequences of a kind for one full response: about as many tokens.
PER_FULL = {DESCRIBE: 2, DRILL: 1, SHORT: 2, FULL: 1}


def batch_kind(recipe: Recipe, step: int, rng: np.random.Generator) -> str:
    """What a step learns; one kind in a batch, so that little is padded."""
    left = max(0.0, 1 - step / (WARM_UP * recipe.sft.steps))  # 1 to 0 during the warm-up
    shares = {
        DESCRIBE: recipe.describe_share * left,
        DRILL: recipe.drill_share * left,
        SHORT: recipe.short_share,
    }
    drawn = rng.random()
    for kind, share in shares.items():
        if drawn < share:
            return kind
        drawn -= share
    return FULL


def draw_batch(
    recipe: Recipe,
    pairs: list[dict],
    data: Creatives,
    vocabulary: Vocabulary,
    step: int,
    image_tokens: int,
    worker: Worker,
    wording: Wording,
    drills: Drills,
) -> tuple[Batch, list[Asked]]:
    """A worker's examples of one step, a function of (seed, step, rank), and what they ask."""
    rng = batch_rng(recipe.seed + 1, step)
    kind = batch_kind(recipe, step, rng)
    count = recipe.sft.batch * PER_FULL[kind]
    prompts, responses, weights, images = [], [], [], []
    asked: list[Asked] = []
    chances = np.array([1.0 if pair["comparable"] else OVERSAMPLED for pair in pairs])
    chosen = worker.part(
        rng.choice(len(pairs), count // 2, len(pairs) < count, chances / chances.sum())
    )
    rng = np.random.default_rng([recipe.seed + 1, step, worker.rank])
    for index in chosen:
        language, with_queries = LANGUAGES[rng.integers(2)], rng.random() >= QUERY_DROPOUT
        pair = titles.retitled(pairs[index], rng) if rng.random() < titles.SHARE else pairs[index]
        # Both orders side by side: what does not depend on the pictures cancels in the gradient.
        for order in ORDERS:
            view = View(pair, order, language)
            if kind == DESCRIBE:
                prompt, response = describe_prompt(view, image_tokens), describe(view, data, rng)
            elif kind == DRILL:
                prompt, response = view.prompt(image_tokens), drills.draw(view, rng).text
            else:
                prompt = view.prompt(image_tokens, with_queries)
                if kind == SHORT:  # so that the usual prompt never goes without reasons
                    prompt = prompt.replace("\nProtocol: ", "\nAnswers: ")
                response = view.response(rng, kind == FULL, wording)
            row, begin = len(prompts), len(ids := vocabulary.encode(prompt))
            prompts.append(ids)
            responses.append(vocabulary.encode(response))
            if kind in (SHORT, FULL):
                asked += asked_of(row, begin, responses[-1], view, data, vocabulary)
            weights.append(response_weights(responses[-1], kind, vocabulary, drills))
            images.append(tuple(data.order[side] for side in view.sides))
    return collate(prompts, responses, weights, images, vocabulary.pad), asked


def response_weights(
    ids: list[int], kind: str, vocabulary: Vocabulary, drills: Drills
) -> list[float]:
    """The weight of each response token; of a drill nothing but the findings counts."""
    counts = LossWeights()
    weights = [0.0] * len(ids) if kind == DRILL else token_weights(ids, vocabulary, counts)
    for where in drills.findings(ids):
        weights[where] = [counts.finding] * (where.stop - where.start)
    return weights
