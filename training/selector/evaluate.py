"""Runs a trained selector over held-out pairs, both display orders, and logs every prediction.

One file of predictions for each (stage, condition, language, subset); `selector.results` turns them
into tables. Nothing here is tuned: run it on `test` once, when all choices are made.
"""

import argparse
import itertools
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from common.idefics3 import MultimodalModel
from common.images import normalise
from common.runtime import Runtime, open_runtime
from selector.data import Creatives, load_creatives
from selector.examples import ORDERS, View, Vocabulary
from selector.generate import Generated, generate
from selector.grammar import check_response, facts_of, true_facts
from selector.model import build_model, load_vocabulary, load_weights
from selector.prompt import Language, parse_response
from selector.recipes import RECIPES, Recipe
from selector.sft import cached_features

CONDITIONS = ("full", "no-images", "no-queries")
SUBSETS = ("val", "test", "unseen", "photo-val")


def subset_pairs(data: Creatives, subset: str) -> list[dict[str, Any]]:
    """Pairs of a held-out part. `test` holds drawn products of kinds seen in training."""
    rules = {
        "val": lambda p: p["split"] == "val" and p["source"] == "drawn",
        "test": lambda p: p["split"] == "test" and p["source"] == "drawn" and not p["unseen"],
        "unseen": lambda p: p["split"] == "test" and p["unseen"],
        "photo-val": lambda p: p["split"] == "val" and p["source"] == "photo",
    }
    return [pair for pair in data.pairs if rules[subset](pair)]


def blank_features(model: MultimodalModel, runtime: Runtime) -> Tensor:
    """Features [1, P, D] of a mid-grey picture: what remains when the images are taken away."""
    size = model.config.vision.image_size
    grey = torch.full((1, size, size, 3), 127, dtype=torch.uint8)
    with torch.no_grad():
        return model.model.vision_model(normalise(grey).to(runtime.device)).half().cpu()


def record(view: View, out: Generated, factors: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What is logged of one run in one order."""
    parsed = parse_response(out.text)
    facts = facts_of(view, factors)
    return {
        "order": view.order,
        "text": out.text,
        "answer_logit": out.answer_logit,
        "label": parsed.label,
        "well_formed": parsed.well_formed,
        "answers": parsed.answers,
        "truth": view.answers,
        "true_label": view.label,
        "verdicts": check_response(parsed.answers, parsed.reasons, view.language, facts),
        "facts": [
            true_facts(q, answer, parsed.reasons.get(q, ""), view.language, facts)
            for q, answer in parsed.answers.items()
        ],
        "tokens": len(out.ids),
    }


def run_pairs(
    recipe: Recipe, model: MultimodalModel, vocabulary: Vocabulary, data: Creatives,
    features: Tensor, pairs: list[dict], language: Language, condition: str, runtime: Runtime,
    batch: int = 64,
) -> list[dict[str, Any]]:  # fmt: skip
    """Predictions for the pairs, in their order."""
    factors = {name: row["factors"] for name, row in data.creatives.items()}
    blank = blank_features(model, runtime)
    rows = []
    for start in range(0, len(pairs), batch):
        part = pairs[start : start + batch]
        runs: dict[str, list[dict]] = {}
        for order in ORDERS:
            views = [View(pair, order, language) for pair in part]
            images = torch.tensor([[data.order[side] for side in view.sides] for view in views])
            chosen = features[images]
            if condition == "no-images":
                chosen = blank.expand(len(views), 2, *blank.shape[1:])
            prompts = [
                vocabulary.encode(view.prompt(model.config.image_tokens, condition != "no-queries"))
                for view in views
            ]
            outs = generate(
                model, vocabulary, prompts, chosen.to(runtime.device), recipe.max_new_tokens
            )
            runs[order] = [record(v, o, factors) for v, o in zip(views, outs, strict=True)]
        rows += [
            {
                "pair": pair["id"],
                "product": pair["product_id"],
                "comparable": pair.get("comparable", True),
                "p_a": pair["p_a"],
                "label": pair["label"],
                "language": language,
                "runs": [runs["AB"][i], runs["BA"][i]],
            }
            for i, pair in enumerate(part)
        ]
    return rows


def write_predictions(folder: Path, head: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """One file: the facts of the run, then a line for each pair."""
    folder.mkdir(parents=True, exist_ok=True)
    name = "-".join(head[part] for part in ("stage", "condition", "language", "subset"))
    with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
        for row in [head, *rows]:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    judged = [r for r in rows if r["comparable"]]
    right = [run["label"] == run["true_label"] for r in judged for run in r["runs"]]
    print(json.dumps({**head, "accuracy": sum(right) / max(1, len(right))}), flush=True)


def main() -> None:
    """Command line: every combination of the given conditions, languages and subsets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", choices=RECIPES, default="cpu")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--stage", choices=("sft", "grpo"), required=True)
    parser.add_argument("--condition", choices=CONDITIONS, nargs="+", default=["full"])
    parser.add_argument("--language", choices=("en", "zh"), nargs="+", default=["en"])
    parser.add_argument("--subset", choices=SUBSETS, nargs="+", required=True)
    parser.add_argument("--limit", type=int, help="the first N pairs only")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first N pairs")
    parser.add_argument("--threads", type=int)
    args = parser.parse_args()
    recipe, runtime = RECIPES[args.recipe], open_runtime(args.device, args.threads)
    data, vocabulary = load_creatives(*args.data), load_vocabulary(args.out)
    model = build_model(recipe, vocabulary)
    step = load_weights(model, args.out / f"{args.stage}.pt")
    model.to(runtime.device).eval()
    features = cached_features(recipe, data, args.out, args.cache, runtime)
    for condition, language, subset in itertools.product(
        args.condition, args.language, args.subset
    ):
        pairs = subset_pairs(data, subset)[args.skip :][: args.limit]
        rows = run_pairs(
            recipe, model, vocabulary, data, features, pairs, language, condition, runtime
        )
        head = {"stage": args.stage, "step": step, "condition": condition,
                "language": language, "subset": subset, "pairs": len(rows)}  # fmt: skip
        write_predictions(args.out / "predictions", head, rows)


if __name__ == "__main__":
    main()
