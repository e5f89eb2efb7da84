"""A warm-up for the text model: saying what each picture shows (our choice; no paper states it).

In a full response few tokens name anything, and a text model trained on few pairs learns the
sentences long before it learns to read the pictures. A description is short and nothing but facts:
for each side the product, its colour, the headline, the prop, and what of title and queries they
meet. MOON's generative stage describes products for the same reason.
"""

from typing import Any

import numpy as np

from common.tokenizer import END, START
from selector.data import Creatives
from selector.examples import View
from selector.grammar import grammar, headline_says
from selector.prompt import Language, image_block

ASSISTANT = f"{END}\nAssistant:"


def describe_prompt(view: View, image_tokens: int) -> str:
    """The selector's prompt without the protocol, asking for a description."""
    image, pair = image_block(image_tokens), view.pair
    queries = " | ".join(pair["queries"][view.language])
    return (
        f"{START}User:Queries: {queries}\nTitle: {pair['title'][view.language]}\n"
        f"A:{image}\nB:{image}\nDescribe{ASSISTANT}"
    )


def meets(factors: dict[str, Any], context: dict[str, Any]) -> list[bool]:
    """Product as titled, colour too, headline answers a query, headline says the title's feature,
    scene answers a query, prop fits."""
    return [
        factors["match"] != "wrong_kind",
        factors["match"] == "right",
        *headline_says(factors, context),
        factors["scene_interest"] in context["interests"],
        factors["prop_fits"],
    ]


def describe_product(factors: dict[str, Any], language: Language) -> str:
    """Colour and kind of the product in one picture."""
    words = grammar()["lexicon"]
    kind, color = (words[name][factors[name]][language] for name in ("kind", "color"))
    return f" {color} {kind}"


def describe_text(factors: dict[str, Any], language: Language) -> str:
    """Headline and prop of one picture."""
    props = grammar()["lexicon"]["prop"]
    prop = props[factors["prop"]][language] if factors["has_prop"] else "-"
    headline = factors["headline"] if factors["has_headline"] else "-"
    return f' "{headline}" {prop}'


def describe(view: View, data: Creatives, rng: np.random.Generator) -> str:
    """Both sides, either first."""
    lines = []
    language = view.language
    for letter, creative in zip("AB", view.sides, strict=True):
        seen = data.creatives[creative]["factors"]
        facts = describe_product(seen, language) + describe_text(seen, language)
        flags = " ".join("YES" if met else "NO" for met in meets(seen, view.pair["context"]))
        lines.append(f"{letter}{facts} {flags}")
    if rng.random() < 0.5:
        lines.reverse()
    return "\n" + "\n".join(lines) + END
