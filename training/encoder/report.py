"""Writes training/results/encoder.md and the shipped revision's MODEL_CARD.md from results.json."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.export import write_manifest
from encoder.rows import plan

TARGETS = (
    ("demo", "mm→mm", "R@10", 90),
    ("demo", "t→i", "R@10", 70),
    ("grocery", "shop photo → item", "R@1", 45),
    ("grocery", "shop photo → item", "R@5", 75),
    ("luma", "other view → product (held-out products)", "R@5", 70),
)

NOTES = """Recall@k is the share of queries whose true item is among the k best of the pool; equal
scores stand before the true item. Intervals are 95 % percentile bootstraps over queries. Splits are
made by `training/encoder/photos.py`: grocery by photo, luma by product, the generated catalogue by
product (`val` and `test` rows; some categories appear only in `test`). The demo catalogue was
never trained on: a query (text, picture, or both) finds the product that was bought after it.
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
  Numbers of experts, temperatures, κ, the margin schedule and all sizes are ours: the notes on the
  paper do not give them. Ours, too: the intra-product term also aligns what a shopper typed with
  the bought item's picture, and what a shopper photographed with its title.
- **Not included**: MOON's generative pretraining and its two post-training phases; their code is in
  `training/encoder/moon.py`. Of short runs of them the vectors of the demo catalogue ship
  (`../stages`), no weights.
- **Data**: the generated catalogue of this repository (English and Chinese) and free photographs:
  an outdoor-clothing catalogue (134 products), 81 grocery items photographed in shops, 17 kinds of
  garments. {history}
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
    for group in ("demo", "catalogue", "grocery", "luma"):
        for name, row in results.get(group, {}).items():
            cells = [
                f"{row[k]['value']:.1f} [{row[k]['low']:.1f}, {row[k]['high']:.1f}]"
                for k in ("R@1", "R@5", "R@10")
            ]
            label = f"{group}: {name}"
            lines.append(f"| {label} | {row['queries']} | {row['pool']} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


CUTS = (1, 5, 10)
STUDIO = """## The shipped weights in the studio

`npm run perigee -- evaluate encoder` on the demo catalogue, float16 weights on onnxruntime-node.
Its {count} figures of Recall@k differ from PyTorch's above by at most {largest:.2f} points. Nothing
was trained on the demo catalogue; `label-text` takes the label whose text lies nearest, `knn` asks
the other items of the catalogue.

{predictions}

Matryoshka prefixes, {direction}:

{sizes}
"""


def targets(results: dict) -> str:
    """What was asked of the encoder and what it reached."""
    lines = ["| target | asked | measured |", "|---|---|---|"]
    for group, name, cut, asked in TARGETS:
        row = results.get(group, {}).get(name)
        if row is None:
            continue
        cell = row[cut]
        found = f"{cell['value']:.1f} [{cell['low']:.1f}, {cell['high']:.1f}]"
        lines.append(f"| {group}: {name} {cut} | ≥ {asked} | {found} |")
    return "\n".join(lines) + "\n"


ROW_NOTES = """Every row: one frozen tower; text model and connector trained anew for {steps} steps
of {batch} products on the same draws (MOON's three stages share these steps, 30, 40 and 30 %). What
differs is the method alone. `generative` has not seen any contrast yet: its vectors come from an
untrained projection.
"""
ROW_COLUMNS = (
    ("catalogue", "t→mm", "R@10"),
    ("catalogue", "i→mm", "R@10"),
    ("catalogue", "mm→mm", "R@10"),
    ("catalogue", "t→i", "R@10"),
    ("catalogue", "i→t", "R@10"),
    ("grocery", "shop photo → item", "R@5"),
    ("luma", "other view → product (held-out products)", "R@5"),
)


def rows_table(root: Path) -> str:
    """Stage and ablation rows of `encoder.rows`, in the order of its plan."""
    planned = [root / run.output.name / "results.json" for run in plan(root, steps=1)]
    found = [path for path in planned if path.exists()]
    heads = [f"{group} {name.split(' (')[0]} {cut}" for group, name, cut in ROW_COLUMNS]
    lines = ["| row | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for path in found:
        results = json.loads(path.read_text("utf-8"))
        cells = [results[group][name][cut] for group, name, cut in ROW_COLUMNS]
        text = [f"{c['value']:.1f} [{c['low']:.1f}, {c['high']:.1f}]" for c in cells]
        lines.append(f"| {path.parent.name} | " + " | ".join(text) + " |")
    return "\n".join(lines) + "\n"


NOT_GROUNDED = """Describing and grounding were added to the generative stage after these rows were
made, which wrote titles and attribute lists only; they were not made again.
"""


def rows_section(root: Path, facts: str) -> str:
    """The comparison of methods, or that it was not made."""
    logs = sorted(root.glob("*/train.jsonl"))
    if not list(root.glob("*/results.json")):
        return "The ablation and stage rows are not measured yet.\n"
    start = json.loads(next(p for p in logs if p.parent.name == "moon2").open().readline())
    notes = ROW_NOTES.format(steps=start["steps"], batch=start["batch"])
    first = next((p for p in logs if p.parent.name == "moon-generative"), None)
    if first is not None and json.loads(first.open().readline()).get("grounding") != "True":
        notes += NOT_GROUNDED
    return f"## Stages and ablations\n\n{notes}\n{rows_table(root)}\n{facts}\n"


def studio_section(path: Path, results: dict) -> str:
    """What `npm run perigee -- evaluate encoder --json` measured with the shipped weights."""
    report = next(
        r for r in json.loads(path.read_text("utf-8")) if r["data_set"]["preset"] == "demo"
    )
    differences = [
        abs(100 * figure["value"] - results["demo"][name][f"R@{figure['measure'][4:]}"]["value"])
        for direction in report["directions"]
        if (name := direction["direction"].replace("-", "→")) in results["demo"]
        for figure in direction["figures"]
        if figure["measure"] in ("hit_1", "hit_5", "hit_10")
    ]
    lines = [
        "| task | labels | items | method | accuracy | F1 macro | F1 weighted |",
        "|---|---|---|---|---|---|---|",
    ]
    for p in report["predictions"]:
        accuracy = p["accuracy"]
        cells = [100 * accuracy[k] for k in ("value", "low", "high")]
        cells += [100 * p["macro"]["f1"], 100 * p["weighted"]["f1"]]
        value, low, high, macro, weighted = (f"{cell:.1f}" for cell in cells)
        task = f"{p['kind']} {p['name']}"
        lines.append(
            f"| {task} | {p['labels']} | {p['items']} | {p['method']} "
            f"| {value} [{low}, {high}] | {macro} | {weighted} |"
        )
    sizes = ["| dimension | R@1 | R@5 | R@10 |", "|---|---|---|---|"]
    for point in report["matryoshka"]["points"]:
        cells = [f"{100 * point[f'hit_{k}']:.1f}" for k in CUTS]
        sizes.append(f"| {point['dimension']} | {' | '.join(cells)} |")
    return STUDIO.format(
        largest=max(differences),
        count=len(differences),
        predictions="\n".join(lines),
        direction=report["matryoshka"]["direction"].replace("-", "→"),
        sizes="\n".join(sizes),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path(".runs/encoder/full"))
    parser.add_argument("--rows", type=Path, default=Path(".runs/encoder/rows"))
    parser.add_argument("--studio", type=Path, help="output of `evaluate encoder --json`")
    parser.add_argument("--row-facts", default="", help="what the rows showed, in words")
    parser.add_argument("--history", required=True, help="how the run came about, in a sentence")
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
        history=args.history,
        tables=tables + "\n" + NOTES,
    )
    (args.model / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    manifest = json.loads((args.model / "manifest.json").read_text("utf-8"))
    write_manifest(args.model, {k: v for k, v in manifest.items() if k not in ("files", "created")})
    args.output.parent.mkdir(parents=True, exist_ok=True)
    rows = rows_section(args.rows, args.row_facts)
    studio = studio_section(args.studio, results) if args.studio else ""
    args.output.write_text(
        f"# Encoder results\n\nPerigee nano encoder, in percent. {args.history}\n\n"
        f"{tables}\n{NOTES}\n## Targets\n\n{targets(results)}\n{studio}\n{rows}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
