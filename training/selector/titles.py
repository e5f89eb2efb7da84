"""Titles as other sellers write them (our choice; no paper states it).

The generator knows few brands, and a model that has read no others stumbles over the first
line of its response where a title begins with anything else. So some training titles get an
invented brand, or none, and a phrase behind it. What the answers turn on, words for the kind, the
colour and the feature, stays as it is.
"""

from typing import Any

import numpy as np

from selector.prompt import Language

SHARE = 0.25  # of the training pairs drawn
LATIN = "abcdefghijklmnopqrstuvwxyz"
CHINESE = "云峰海岚之森北辰安禾里素佳洛优品雅诚思远博恒瑞源丰泰华晨"
PHRASES: dict[Language, tuple[str, ...]] = {
    "en": ("(2 pcs)", "- Official Store", "| Size M", "Model {code}", "with Warranty", "#{code}"),
    "zh": ("两件装", "官方旗舰店", "均码", "型号{code}", "（质保一年）", "#{code}"),
}


def retitled(pair: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """The pair under other titles, one for each language."""
    return {
        **pair,
        "title": {lang: retitle(text, lang, rng) for lang, text in pair["title"].items()},
    }


def retitle(title: str, language: Language, rng: np.random.Generator) -> str:
    """Another brand for the first word, or none; half of the time a phrase at the end."""
    rest = title.partition(" ")[2] or title
    parts = [invented(rng) if rng.random() < 0.8 else "", rest]
    if rng.random() < 0.5:
        phrases = PHRASES[language]
        code = f"{LATIN[rng.integers(26)].upper()}{rng.integers(10, 999)}"
        parts.append(phrases[rng.integers(len(phrases))].format(code=code))
    return " ".join(part for part in parts if part)


def invented(rng: np.random.Generator) -> str:
    """A name of 2 to 4 Chinese characters or of 2 to 9 letters, capitalised or in capitals."""
    if rng.random() < 0.4:
        return "".join(CHINESE[i] for i in rng.integers(len(CHINESE), size=rng.integers(2, 5)))
    name = "".join(LATIN[i] for i in rng.integers(26, size=rng.integers(2, 10)))
    return name.upper() if rng.random() < 0.3 else name.capitalize()
