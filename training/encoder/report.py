"""Writes what is reported of the encoder: training/results/encoder.json, its rendering encoder.md,
and the shipped revision's MODEL_CARD.md.

The JSON holds every figure and the words about them (`--notes`); the Markdown is made of it alone.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from common.export import write_json, write_manifest
from common.jsonl import read_jsonl
from common.markdown import table
from encoder.losses import FILTERED_WEIGHT
from encoder.recipes import CPU
from encoder.rows import plan

RESULTS = Path(__file__).parents[1] / "results/encoder.json"
TARGETS = (
    ("demo", "mm→mm", "R@10", 90),
    ("demo", "t→i", "R@10", 70),
    ("grocery", "shop photo → item", "R@1", 45),
    ("grocery", "shop photo → item", "R@5", 75),
    ("luma", "other view → product (held-out products)", "R@5", 70),
)
GROUPS = ("demo", "val", "test", "other pictures", "unseen", "grocery", "luma")
CUTS = (1, 5, 10)

READING = """Recall@k is the share of queries whose true item is among the k best of the pool; equal
scores stand before the true item; by chance it is k over the pool. Intervals are 95 % percentile
bootstraps over products: queries of one product are drawn together. `demo` is the built-in
catalogue; `val`, `test` (kinds of products that training saw) and `unseen` (kinds it did not) are
held-out parts of the generated training catalogue, whose queries are those of its shopping logs
that ended in a purchase; `other pictures` is `test` with a further picture of each item in the
pool instead of its main one, as of a catalogue that is less tidy. Choices were made on `val`; the
photographs' validation parts served both, for want of a further part: grocery holds out the last
fifth of every item's photos, luma holds out products (`training/encoder/splits.py`)."""

CARD = """# moon2-nano

Perigee nano encoder, trained with the method of MOON2.0 (arXiv:2511.12449 as noted second-hand) on
a tower pretrained after Visual Encoding and Debiasing for CTR (arXiv:2205.04168). It is not the
papers' model and shares no weights or data with it.

- **What it does**: maps a text, a picture, or both to one vector of 256 numbers (prefixes of 64 and
  128 work too); dot products of normalised vectors compare products. Of a text it reads the first
  {tokens} tokens.
- **Method**: vision tower (convolutional stem, {vision_layers} transformer layers), pixel-shuffle
  connector, {text_layers} bidirectional decoder layers with {experts} modality-driven experts
  ({keep} per token), mean pooling. Inter- and intra-product alignment, title enrichment and image
  expansion, dynamic sample filtering with a decaying margin and the 0.6 threshold.
- **Ours**, since the notes on the papers do not give them: the number of experts, temperatures,
  κ, the margin schedule and all sizes; that objective weights are scaled so that equal ones are 1
  and send no gradient to the gates; that a filtered triplet counts {filtered:g}
  in InfoNCE's sum; that half of the steps augment the candidates, with one further picture; that
  attribute values and categories are searched for as words, too; that what a shopper typed is
  aligned with the bought item's picture and what they photographed with its title; the shares of
  the learning rate at which the tower learns, and of batches in which products of a category stand
  side by side; both losses of the tower's stages.
- **Training**: {history}
- **Data**: the generated catalogue of this repository with simulated shopping logs (English and
  Chinese), and free photographs: luma, an outdoor-clothing catalogue of 134 products (Magento
  sample data, OSL-3.0 or AFL-3.0 at choice); grocery, 81 items photographed in shops (Grocery
  Store Dataset, MIT); clothing, 17 kinds of garments (Clothing dataset, CC0 1.0).
- **Languages**: English, and Chinese for the generated catalogue's vocabulary only.
- **Must not be used for**: people, identification, medical or safety decisions, or as evidence
  about products unlike those above. It knows little of the world.
- **Licence**: Apache-2.0.

## Measured

{tables}
"""


def cell(share: dict[str, float]) -> str:
    """A figure with its interval, in percent."""
    return f"{share['value']:.1f} [{share['low']:.1f}, {share['high']:.1f}]"


def recall_table(figures: dict[str, Any]) -> str:
    """One row a task."""
    rows = [
        [f"{group}: {name}", str(row["queries"]), str(row["pool"])]
        + [cell(row[f"R@{k}"]) for k in CUTS]
        for group in GROUPS
        for name, row in figures.get(group, {}).items()
    ]
    return table(["task", "queries", "pool", *(f"R@{k}" for k in CUTS)], rows)


def target_table(figures: dict[str, Any]) -> str:
    """What was asked of the encoder, what it reached, and what chance would."""
    rows = []
    for group, name, cut, asked in TARGETS:
        row = figures[group][name]
        chance = 100 * int(cut.removeprefix("R@")) / row["pool"]
        rows.append([f"{group}: {name} {cut}", f"≥ {asked}", cell(row[cut]), f"{chance:.1f}"])
    return table(["target", "asked", "measured", "chance"], rows)


ROWS = """Every row: one frozen tower (that of stage S2, which no row's method trained); text model
and connector trained anew for {steps} steps of {batch} products in all (MOON's three stages share
them, 30, 40 and 30 %), the same products, searches and pictures in every row of MOON2.0.
`generative` has not seen any contrast yet: its vectors come from an untrained projection.
"alignment" leaves out both levels: each query is then seen in one view, drawn by MOON's fixed
mixture. "experts" has one block as wide as the two that a token takes, "experts, as many weights"
one as wide as all four."""
ROW_COLUMNS = (
    *(("test", name, "R@10") for name in ("t→mm", "i→mm", "mm→mm", "t→i", "i→t")),
    *(("other pictures", name, "R@10") for name in ("t→mm", "i→mm")),
    ("grocery", "shop photo → item", "R@5"),
    ("luma", "other view → product (held-out products)", "R@5"),
)


def row_table(rows: list[dict[str, Any]]) -> str:
    """Stage and ablation rows, in the order they were made."""
    heads = [f"{group} {name.split(' (')[0]} {cut}" for group, name, cut in ROW_COLUMNS]
    cells = [[cell(row[group][name][cut]) for group, name, cut in ROW_COLUMNS] for row in rows]
    body = [[row["name"], *own] for row, own in zip(rows, cells, strict=True)]
    return table(["row", *heads], body)


TOWER = """R@1 of held-out photos among the pictures of their source's `val` products, by the
tower's mean patch alone: before training, after the self-supervised stage S1 and after the
click-supervised S2."""


def tower_table(tower: dict[str, dict[str, float]]) -> str:
    """What each stage of visual encoding brings."""
    sources = list(next(iter(tower.values())))
    rows = [[name, *(f"{100 * own[s]:.1f}" for s in sources)] for name, own in tower.items()]
    return table(["tower", *sources], rows)


STUDIO = """`npm run perigee -- evaluate encoder` on the demo catalogue, float16 weights on
onnxruntime-node. Its {count} figures of Recall@k differ from PyTorch's above by at most
{largest:.2f} points. `label-text` takes the label whose text lies nearest (the label words are
those of training, the products are not); `knn` asks the other items of the catalogue."""


def studio_section(report: dict[str, Any], figures: dict[str, Any]) -> str:
    """What the command line measured with the shipped weights."""
    differences = [
        abs(100 * figure["value"] - figures["demo"][name][f"R@{figure['measure'][4:]}"]["value"])
        for direction in report["directions"]
        if (name := direction["direction"].replace("-", "→")) in figures["demo"]
        for figure in direction["figures"]
        if figure["measure"] in ("hit_1", "hit_5", "hit_10")
    ]
    rows = []
    for p in report["predictions"]:
        accuracy = {k: 100 * p["accuracy"][k] for k in ("value", "low", "high")}
        f1 = [f"{100 * p[kind]['f1']:.1f}" for kind in ("macro", "weighted")]
        labels = [f"{p['kind']} {p['name']}", str(p["labels"]), str(p["items"]), p["method"]]
        rows.append([*labels, cell(accuracy), *f1])
    heads = ["task", "labels", "items", "method", "accuracy", "F1 macro", "F1 weighted"]
    points = report["matryoshka"]["points"]
    sizes = [[str(p["dimension"]), *(f"{100 * p[f'hit_{k}']:.1f}" for k in CUTS)] for p in points]
    direction = report["matryoshka"]["direction"].replace("-", "→")
    return "\n\n".join(
        [
            STUDIO.format(largest=max(differences), count=len(differences)),
            table(heads, rows),
            f"Matryoshka prefixes, {direction}:",
            table(["dimension", *(f"R@{k}" for k in CUTS)], sizes),
        ]
    )


def render(results: dict[str, Any]) -> str:
    """encoder.md."""
    parts = [
        "# Encoder results",
        "Written by `python -m encoder.report` from `encoder.json`; do not edit by hand. Perigee "
        f"nano encoder, in percent. {results['history']}",
        results["notes"],
        recall_table(results["figures"]),
        READING,
        "## Targets",
        target_table(results["figures"]),
        "## Visual encoding",
        TOWER,
        tower_table(results["tower"]),
        "## Stages and ablations",
        ROWS.format(steps=results["rows"][-1]["steps"], batch=results["rows"][-1]["batch"]),
        row_table(results["rows"]),
    ]
    if results["studio"]:
        studio = studio_section(results["studio"], results["figures"])
        parts += ["## The shipped weights in the studio", studio]
    return "\n\n".join(part for part in parts if part) + "\n"


def tower_scores(folder: Path) -> dict[str, dict[str, float]]:
    """The validation rows of the tower's two stages."""
    found = {}
    for name in ("s1", "s2"):
        rows = [
            row for row in read_jsonl(folder / f"pretrain-{name}.jsonl") if row["event"] == "val"
        ]
        scores = [
            {k: v for k, v in row.items() if k not in ("seconds", "event", "step")} for row in rows
        ]
        if name == "s1":
            found["untrained"] = scores[0]
        found[f"after {name.upper()}"] = scores[-1]
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--vision", type=Path, default=Path(".runs/encoder/vision"))
    parser.add_argument("--rows", type=Path, default=Path(".runs/encoder/rows"))
    parser.add_argument("--studio", type=Path, help="output of `evaluate encoder --json`")
    parser.add_argument("--history", required=True, help="how the run came about, in sentences")
    parser.add_argument("--notes", type=Path, required=True, help="Markdown: what the rows show")
    parser.add_argument("--model", type=Path, required=True, help="the exported revision's folder")
    parser.add_argument("--output", type=Path, default=RESULTS)
    args = parser.parse_args()
    figures = json.loads((args.run / "results.json").read_text("utf-8"))
    planned = [run.output / "results.json" for run in plan(args.rows, CPU, steps=10)]
    studio = json.loads(args.studio.read_text("utf-8")) if args.studio else []
    manifest = json.loads((args.model / "manifest.json").read_text("utf-8"))
    results = {
        "revision": manifest["revision"],
        "weights": manifest["files"]["model.safetensors"]["sha256"],
        "history": args.history,
        "notes": args.notes.read_text("utf-8").strip(),
        "figures": figures,
        "tower": tower_scores(args.vision),
        "rows": [json.loads(path.read_text("utf-8")) for path in planned if path.exists()],
        "studio": next((r for r in studio if r["data_set"]["preset"] == "demo"), None),
    }
    write_json(args.output, results)
    args.output.with_suffix(".md").write_text(render(results), encoding="utf-8")
    (args.model / "MODEL_CARD.md").write_text(card(args.model, results), encoding="utf-8")
    write_manifest(args.model, {k: v for k, v in manifest.items() if k not in ("files", "created")})


def card(model: Path, results: dict[str, Any]) -> str:
    """MODEL_CARD.md of the exported revision in `model`."""
    config = json.loads((model / "config.json").read_text("utf-8"))
    return CARD.format(
        vision_layers=config["vision_config"]["num_hidden_layers"],
        text_layers=config["text_config"]["num_hidden_layers"],
        experts=config["text_config"]["num_experts"],
        keep=config["text_config"]["num_experts_per_tok"],
        tokens=config["max_text_tokens"],
        filtered=FILTERED_WEIGHT,
        history=results["history"],
        tables=recall_table(results["figures"]) + "\n\n" + READING,
    )


if __name__ == "__main__":
    main()
