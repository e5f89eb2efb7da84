"""A tiny data set in the generator's format, so that tests need neither Node nor the real one."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = {"red": (210, 40, 40), "blue": (40, 60, 200), "green": (40, 160, 70)}
# What is the same in every picture.
PLAIN = {
    "text_readable": True, "text_level": "large", "has_cta": False, "text_crowded": False,
    "person": False, "inset": False, "has_badge": False, "columns": False, "border": "none",
    "layout_crowded": False, "text_over": False, "cut": False, "tilted": False, "centered": True,
    "blurred": False, "compressed": False, "size_level": "large", "exposure": "normal", "count": 1,
    "background": "plain", "scene_fits": False, "product_stands_out": True,
}  # fmt: skip
SCORES = ("score_text", "score_cast", "score_layout", "score_subject", "score_background")
ASPECTS = ("q3", "q4", "q5", "q6", "q7", "q8", "q9")


def _jsonl(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _answers(bright_a: float, bright_b: float) -> dict[str, str]:
    sign = "A=B" if bright_a == bright_b else "A>B" if bright_a > bright_b else "A<B"
    label = "A" if bright_a >= bright_b else "B"
    return {"q1": "NO", "q2": "NO", **dict.fromkeys(ASPECTS, sign), "q10": label}


def _reasons(answers: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    return {
        "en": [{q: f"Plain words about {q}" for q in answers}],
        "zh": [{q: f"关于{q}的话" for q in answers}],
    }


def write_stand_in(root: Path, products: int = 12, size: int = 64, prefix: str = "p") -> Path:
    """Products with two creatives each: a coloured square, bright or dim. The brighter one wins."""
    rng = np.random.default_rng(7)
    (root / "creatives").mkdir(parents=True)
    flip = {"A>B": "A<B", "A<B": "A>B", "A": "B", "B": "A"}
    tables: dict[str, list[dict]] = {"products": [], "creatives": [], "pairs": []}
    for index in range(products):
        split = ("train", "train", "val", "test")[index % 4]
        name, color = f"{prefix}{index}", list(COLOURS)[index % 3]
        tables["products"].append({"id": name, "split": split})
        lights = (0.4, 1.0) if rng.random() < 0.5 else (1.0, 0.4)
        for side, light in zip("ab", lights, strict=True):
            pixels = np.full((size, size, 3), 230, np.uint8)
            pixels[16:48, 16:48] = (np.array(COLOURS[color]) * light).astype(np.uint8)
            file = f"creatives/{name}{side}.webp"
            Image.fromarray(pixels).save(root / file, lossless=True)
            factors = {"kind": "mug", "color": color, "light": light, "price": "$12",
                       "has_price": bool(light == 1.0), "match": "right", "has_headline": True,
                       "headline": "Bright" if light == 1.0 else "Dim", "headline_interest": "new",
                       "scene_interest": "", "has_prop": False, "prop": "none",
                       "prop_fits": False, **dict.fromkeys(SCORES, light), **PLAIN}  # fmt: skip
            tables["creatives"].append(
                {"id": name + side, "product_id": name, "file": file, "factors": factors}
            )
        answers = _answers(*lights)
        tables["pairs"].append(
            {
                "id": f"{name}-0",
                "product_id": name,
                "split": split,
                "source": "drawn",
                "unseen": False,
                "a": name + "a",
                "b": name + "b",
                "title": {"en": f"A {color} square", "zh": f"{color}方块"},
                "queries": {"en": [f"{color} square", "bright"], "zh": ["方块", "明亮"]},
                "context": {
                    "kind": "mug",
                    "color": color,
                    "interests": [],
                    "feature": "",
                    "color_asked": True,
                },
                "p_a": 0.9 if answers["q10"] == "A" else 0.1,
                "label": answers["q10"],
                "comparable": True,
                "answers": answers,
                "reasons": {
                    "AB": _reasons(answers),
                    "BA": _reasons({q: flip.get(a, a) for q, a in answers.items()}),
                },
            }
        )
    for table, rows in tables.items():
        _jsonl(root / f"{table}.jsonl", rows)
    return root
