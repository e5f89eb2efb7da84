"""Writes MODEL_CARD.md of a revision from the measured results, then refreshes its manifest."""

import argparse
import json
from pathlib import Path
from typing import Any

from common.export import write_manifest
from common.markdown import table
from selector.results import RESULTS

TARGETS = "training/results/selector.md"

TEMPLATE = Path(__file__).with_name("model-card.template.md")


def rate_text(rate: dict[str, Any]) -> str:
    """Value with interval and n."""
    return f"{rate['value']:.1%} [{rate['low']:.1%}, {rate['high']:.1%}], n={rate['n']}"


def quality_table(results: dict[str, Any], stage: str) -> str:
    """The main figures of the shipped stage."""
    heads = ("set", "accuracy, orders averaged", "ceiling", "flip rate", "true facts",
             "faithful reasons")  # fmt: skip
    rows = [
        [name, rate_text(row["accuracy"]), f"{row['ceiling']:.1%}", rate_text(row["flips"]),
         rate_text(row["facts"]), rate_text(row["faithful"])]
        for name, row in results.items()
        if name.startswith(f"{stage} ")
    ]  # fmt: skip
    return table(heads, rows)


def quality(results: dict[str, Any], stage: str) -> dict[str, Any] | None:
    """What the studio says beside a verdict: shares on the held-out test pairs, in English."""
    row = results.get(f"{stage} · full · en · test")
    if row is None:
        return None
    return {
        "accuracy_of_ceiling": round(row["of_ceiling"], 4),
        "flip_rate": round(row["flips"]["value"], 4),
        "faithfulness": round(row["faithful"]["value"], 4),
        "set": f"{row['accuracy']['n']} held-out generated pairs",
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of the revision")
    parser.add_argument("--runs", required=True, help="one sentence on steps, time and machine")
    parser.add_argument("--data", required=True, help="what it was trained on")
    parser.add_argument("--notes", type=Path, help="Markdown: limits seen")
    parser.add_argument("--luma", action="store_true", help="cut-outs of luma were trained on")
    args = parser.parse_args()
    manifest = json.loads((args.model / "manifest.json").read_text("utf-8"))
    config = json.loads((args.model / "config.json").read_text("utf-8"))
    results = json.loads((RESULTS / "selector.json").read_text("utf-8"))
    vision, text = config["vision_config"], config["text_config"]
    size = manifest["files"]["model.safetensors"]["bytes"]
    card = TEMPLATE.read_text("utf-8").format(
        revision=manifest["revision"],
        stage=manifest["training"]["stage"],
        image=vision["image_size"],
        grid=vision["image_size"] // vision["patch_size"],
        vlayers=vision["num_hidden_layers"],
        vwidth=vision["hidden_size"],
        stem=len(vision["stem"]["channels"]),
        scale=config["scale_factor"],
        layers=text["num_hidden_layers"],
        width=text["hidden_size"],
        heads=text["num_attention_heads"],
        kv=text["num_key_value_heads"],
        vocab=text["vocab_size"],
        temperature=config.get("answer_temperature", 1.0),
        parameters=size / 2e6,
        megabytes=size / 1e6,
        runs=args.runs,
        data=args.data,
        table=quality_table(results, manifest["training"]["stage"]),
        targets=TARGETS,
        notes=args.notes.read_text("utf-8").strip() if args.notes else "",
        luma=", cut-outs of luma (OSL-3.0 or AFL-3.0)" if args.luma else "",
    )
    (args.model / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    facts = {k: v for k, v in manifest.items() if k not in ("files", "created")}
    measured = quality(results, manifest["training"]["stage"])
    write_manifest(args.model, {**facts, **({"quality": measured} if measured else {})})


if __name__ == "__main__":
    main()
