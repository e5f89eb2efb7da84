"""Writes training/results/encoder.md and the shipped revision's MODEL_CARD.md from results.json."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.export import write_manifest

TARGETS = """| target | asked |
|---|---|
| demo catalogue mm→mm R@10 | ≥ 90 % |
| demo catalogue t→i R@10 | ≥ 70 % |
| grocery shop photo → item R@1 | ≥ 45 % |
| grocery shop photo → item R@5 | ≥ 75 % |
| luma other view → product R@5 | ≥ 70 % |
"""

NOTES = """Recall@k is the share of queries whose true item is among the k best of the pool; equal
scores stand before the true item. Intervals are 95 % percentile bootstraps over queries. Splits are
made by `training/encoder/photos.py`: grocery by photo, luma by product, the generated catalogue by
product (`val` and `test` rows; some categories appear only in `test`).
"""

CARD = """# moon2-nano

Perigee nano encoder, trained with the method of MOON2.0 (arXiv:2511.12449 as noted second-hand) on
a tower pretrained after Visual Encoding and Debiasing for CTR (arXiv:2205.04168). It is not the
papers' model and shares no weights or data with it.

- **What it does**: maps a text, a picture, or both to one vector of 256 numbers (prefixes of 64 and
  128 work too); dot products of normalised vectors compare products.
- **Method**: vision tower (convolutional stem, {vision_layers} transformer layers), pixel-shuffle
  connector, {text_layers} bidirectional decoder layers with {experts} modality-driven experts
  ({keep} per token), mean pooling. Inter- and intra-product alignment, title enrichment and
  background expansion, dynamic sample filtering with a decaying margin and the 0.6 threshold.
  Numbers of experts, temperatures, κ, the
  margin schedule and all sizes are ours: the notes on the paper do not give them.
- **Not included yet**: MOON's generative pretraining and its two post-training phases.
- **Data**: the generated catalogue of this repository (English and Chinese) and free photographs:
  an outdoor-clothing catalogue (134 products), 81 grocery items photographed in shops, 17 kinds of
  garments. {steps} steps on two shared processor cores in float32.
- **Languages**: English, and Chinese for the generated catalogue's vocabulary only.
- **Must not be used for**: people, identification, medical or safety decisions, or as evidence
  about products unlike those above. It knows little of the world.
- **Licence**: Apache-2.0.

## Measured

{tables}
"""


def table(results: dict) -> str:
    """One row a task."""
    lines = ["| task | queries | pool | R@1 | R@5 | R@10 |", "|---|---|---|---|---|---|"]
    for group in ("catalogue", "grocery", "luma"):
        for name, row in results.get(group, {}).items():
            cells = [
                f"{row[k]['value']:.1f} [{row[k]['low']:.1f}, {row[k]['high']:.1f}]"
                for k in ("R@1", "R@5", "R@10")
            ]
            label = f"{group}: {name}"
            lines.append(f"| {label} | {row['queries']} | {row['pool']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path(".runs/encoder/full"))
    parser.add_argument("--model", type=Path, required=True, help="the exported revision's folder")
    parser.add_argument("--output", type=Path, default=Path("training/results/encoder.md"))
    args = parser.parse_args()
    results = json.loads((args.run / "results.json").read_text("utf-8"))
    config = json.loads((args.model / "config.json").read_text("utf-8"))
    tables = table(results)
    card = CARD.format(
        vision_layers=config["vision_config"]["num_hidden_layers"],
        text_layers=config["text_config"]["num_hidden_layers"],
        experts=config["text_config"]["num_experts"],
        keep=config["text_config"]["num_experts_per_tok"],
        steps=results["step"],
        tables=tables + "\n" + NOTES,
    )
    (args.model / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    manifest = json.loads((args.model / "manifest.json").read_text("utf-8"))
    write_manifest(args.model, {k: v for k, v in manifest.items() if k not in ("files", "created")})
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(
        f"# Encoder results\n\nPerigee nano encoder after {results['step']} steps, in percent.\n\n"
        f"{tables}\n{NOTES}\n## Targets\n\n{TARGETS}\n"
        "The ablation and stage rows are not measured yet: no processor time was left for them.\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
