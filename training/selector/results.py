"""Turns logged predictions and run logs into training/results/selector.md, .json and plots."""

import argparse
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from common.export import write_json
from common.jsonl import read_jsonl
from common.markdown import table
from common.stats import bootstrap, expected_calibration_error, reliability, wilson
from selector.generate import sigmoid
from selector.prompt import QUESTIONS

RESULTS = Path(__file__).parents[1] / "results"
STAGES = ("sft", "grpo")
CALIBRATION = "calibration.json"


@dataclass(frozen=True)
class Rate:
    """A share with its 95 % interval over `n` observations."""

    value: float
    low: float
    high: float
    n: int

    def text(self) -> str:
        """For a table cell."""
        if self.n == 0:
            return "no data"
        return f"{self.value:.1%} [{self.low:.1%}, {self.high:.1%}] (n={self.n})"

    def gain(self) -> str:
        """The same of a difference of shares, in points."""
        value, low, high = (f"{100 * x:+.1f}" for x in (self.value, self.low, self.high))
        return f"{value} [{low}, {high}] (n={self.n})"


def rate(values: list[float], groups: list[str]) -> Rate:
    """Mean with a bootstrap over whole products; Wilson where all values agree."""
    n = len(values)
    if n == 0:
        return Rate(float("nan"), 0.0, 1.0, 0)
    mean = float(np.mean(values))
    if mean in (0.0, 1.0):
        return Rate(mean, *wilson(mean * n, n), n)
    return Rate(mean, *bootstrap(np.array(values), np.array(groups)), n)


def ceiling(rows: list[dict]) -> float:
    """Accuracy of the click model's own best guess on these pairs: mean of max(p, 1 - p)."""
    return float(np.mean([max(row["p_a"], 1 - row["p_a"]) for row in rows]))


def read_calibration(out: Path) -> dict[str, float]:
    """Stage -> temperature that `selector.calibrate` fitted; empty when it was not run."""
    path = out / CALIBRATION
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def pair_probability(row: dict[str, Any], temperature: float = 1.0) -> float:
    """P(the creative given as A wins): the mean over both orders, 0.5 for a run without answer."""
    first, second = (
        0.5 if run["answer_logit"] is None else sigmoid(run["answer_logit"] / temperature)
        for run in row["runs"]
    )
    return (first + 1 - second) / 2


def chosen(run: dict[str, Any]) -> str | None:
    """The creative a run names, in the terms of the pair as given."""
    if run["label"] is None or run["order"] == "AB":
        return run["label"]
    return {"A": "B", "B": "A"}[run["label"]]


def summarise(rows: list[dict], temperature: float = 1.0) -> dict[str, Any]:
    """All figures of one set of predictions."""
    judged = [row for row in rows if row["comparable"]]
    products = [row["product"] for row in judged]
    single = [
        (float(run["label"] == run["true_label"]), row["product"])
        for row in judged
        for run in row["runs"]
    ]
    both = [[chosen(run) for run in row["runs"]] for row in judged]
    values = [pair_values(row, temperature) for row in judged]
    probabilities = np.array([pair_probability(row, temperature) for row in judged])
    outcomes = np.array([row["label"] == "A" for row in judged])
    bins = reliability(probabilities, outcomes) if judged else []
    top = ceiling(judged) if judged else float("nan")
    mean_order = rate([right for right, *_ in values], products)
    return {
        "ceiling": top,
        "of_ceiling": mean_order.value / top,
        "accuracy": mean_order,
        "single": rate([v for v, _ in single], [p for _, p in single]),
        "consistent": rate(
            [float(c == [r["label"]] * 2) for c, r in zip(both, judged, strict=True)], products
        ),
        "flips": rate([flips for _, _, flips, _ in values], products),
        "well_formed": _over_runs(rows, lambda run: [float(run["well_formed"])]),
        "faithful": _over_runs(rows, lambda run: _share(run, "true")),
        "facts": _over_runs(
            rows, lambda run: [float(i < true) for true, said in run["facts"] for i in range(said)]
        ),
        "unparsed": _over_runs(rows, lambda run: _share(run, "unparsed")),
        "questions": {q: _question(rows, q) for q in QUESTIONS},
        "ece": expected_calibration_error(bins) if bins else float("nan"),
        "reliability": bins,
    }  # fmt: skip


def _share(run: dict[str, Any], verdict: str) -> list[float]:
    """1 for each reason of a run with the verdict, 0 for each other one."""
    return [float(value == verdict) for value in run["verdicts"].values()]


def _over_runs(rows: list[dict], values_of) -> Rate:
    """A rate over values that each run contributes."""
    pairs = [(v, row["product"]) for row in rows for run in row["runs"] for v in values_of(run)]
    return rate([v for v, _ in pairs], [p for _, p in pairs])


def _question(rows: list[dict], question: str) -> Rate:
    """Share of runs whose answer equals the truth, where the truth has an answer."""
    return _over_runs(
        rows,
        lambda run: (
            [float(run["answers"].get(question) == run["truth"][question])]
            if question in run["truth"]
            else []
        ),
    )


# What `pair_values` tells of a pair, as the tables call it.
PAIR_RATES = ("accuracy, orders averaged", "accuracy of one run", "flip rate", "faithful reasons")


def pair_values(row: dict[str, Any], temperature: float) -> np.ndarray:
    """`PAIR_RATES` of one pair whose winner is known, [4]."""
    runs = row["runs"]
    right = (pair_probability(row, temperature) >= 0.5) == (row["label"] == "A")
    single = [run["label"] == run["true_label"] for run in runs]
    true = [value for run in runs for value in _share(run, "true")]
    flips = chosen(runs[0]) != chosen(runs[1])
    return np.array([right, np.mean(single), flips, np.mean(true) if true else 0.0])


def differences(
    before: list[dict], after: list[dict], temperatures: tuple[float, float]
) -> dict[str, Rate]:
    """after - before on the pairs of both, with a paired bootstrap over products."""
    earlier = {row["pair"]: row for row in before}
    both = [row for row in after if row["comparable"] and row["pair"] in earlier]
    gains = [
        pair_values(row, temperatures[1]) - pair_values(earlier[row["pair"]], temperatures[0])
        for row in both
    ]
    products = np.array([row["product"] for row in both])
    return {
        name: Rate(float(own.mean()), *bootstrap(own, products), len(own))
        for name, own in zip(PAIR_RATES, np.transpose(gains), strict=True)
    }


def stage_rows(
    predictions: dict[tuple[str, str, str, str], list[dict]], calibration: dict[str, float]
) -> list[list[str]]:
    """What the last stage gained over the first, a row for each set that both ran."""
    first, last = STAGES
    rows = []
    for key, before in predictions.items():
        after = predictions.get((last, *key[1:]))
        if key[0] != first or after is None:
            continue
        temperatures = (calibration.get(first, 1.0), calibration.get(last, 1.0))
        gained = differences(before, after, temperatures)
        rows.append([" · ".join(key[1:]), *(rate.gain() for rate in gained.values())])
    return rows


def read_predictions(folder: Path) -> dict[tuple[str, str, str, str], list[dict]]:
    """(stage, condition, language, subset) -> rows; one file each."""
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        head, *rows = read_jsonl(path)
        key = (head["stage"], head["condition"], head["language"], head["subset"])
        found[key] = rows
    return found


def plot_reliability(summaries: dict[str, dict], path: Path) -> None:
    """Accuracy against confidence, one line a stage."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(4.5, 4.5), dpi=110)
    axis.plot([0.5, 1], [0.5, 1], color="0.6", linewidth=1, label="perfect")
    for name, summary in summaries.items():
        bins = summary["reliability"]
        axis.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins], "o-",
                  label=f"{name.upper()} (ECE {summary['ece']:.3f})")  # fmt: skip
    axis.set_xlabel("mean confidence of both orders")
    axis.set_ylabel("accuracy")
    axis.legend()
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


HEADERS = ("set", "ceiling", "accuracy, orders averaged", "of ceiling", "accuracy of one run",
           "right in both orders", "flip rate", "true facts", "faithful reasons")  # fmt: skip


def main_rows(summaries: dict[tuple, dict]) -> list[list[str]]:
    """One row for each set of predictions."""
    return [
        [
            " · ".join(key), f"{s['ceiling']:.1%}", s["accuracy"].text(), f"{s['of_ceiling']:.1%}",
            s["single"].text(), s["consistent"].text(), s["flips"].text(), s["facts"].text(),
            s["faithful"].text(),
        ]
        for key, s in summaries.items()
    ]  # fmt: skip


def render(
    predictions: dict[tuple[str, str, str, str], list[dict]],
    summaries: dict[tuple, dict],
    notes: str,
    runs: list[str],
    calibration: dict[str, float],
) -> str:
    """The whole report."""
    full = {k: s for k, s in summaries.items() if k[1] == "full"}
    ablations = {k: s for k, s in summaries.items() if k[1] != "full"}
    questions = [
        [" · ".join(key), *(s["questions"][q].text() for q in QUESTIONS)] for key, s in full.items()
    ]
    other = [
        [" · ".join(key), s["well_formed"].text(), s["unparsed"].text(), f"{s['ece']:.3f}"]
        for key, s in full.items()
    ]
    return "\n\n".join(
        [
            "# Results of creative4u-nano",
            "Written by `python -m selector.results` from the logged predictions; do not edit by "
            "hand. Sets are named stage · condition · language · subset. Intervals are 95 %: a "
            "bootstrap over products (2,000 rounds), or Wilson's where every observation agrees. "
            "Every pair is run in both display orders. *Ceiling*: accuracy of the click model's "
            "own best guess on the same pairs, mean of max(p, 1-p); it knows the shopper's group, "
            "which the queries do not always tell. *Accuracy, orders averaged*: the side with the "
            "larger mean probability of both orders, as the app decides. *True facts*: share of "
            "the stated facts that are so. *Faithful*: share of reasons that some sentence of the "
            "grammar expresses and whose every stated fact is so. Pairs that are identical or "
            "cannot be told apart have no winner; they count in Q1, Q2 and faithfulness only.",
            notes,
            "## Accuracy and order",
            table(HEADERS, main_rows(full)),
            "## What GRPO adds to SFT",
            "Points of difference on the same pairs with a known winner; paired bootstrap over "
            "products.",
            table(("set", *PAIR_RATES), stage_rows(predictions, calibration)),
            "## What it uses: without images, without queries",
            "Without images both sides are the same grey picture, so that the mean of both orders "
            "is a tie, counted as A: chance by construction. In training one pair in twenty-five "
            "had no queries.",
            table(HEADERS, main_rows(ablations)),
            "## Answers to each question",
            table(("set", *(q.upper() for q in QUESTIONS)), questions),
            "## Form and calibration",
            "Probabilities are read at Q10 and divided by a temperature fitted on `val`, whose own "
            "ECE is therefore no held-out figure ("
            + (", ".join(f"{k} {v:g}" for k, v in calibration.items()) or "none")
            + ").",
            table(("set", "well-formed responses", "reasons outside the grammar", "ECE"), other),
            "![Reliability](selector-reliability.png)",
            "## Runs",
            "\n".join(f"- {line}" for line in runs),
        ]
    )


def describe_runs(out: Path) -> list[str]:
    """One line a stage from its log: steps, time, machine."""
    lines = []
    for name in ("pretrain-vision", "sft", "grpo"):
        path = out / f"{name}.jsonl"
        if not path.exists():
            continue
        rows = read_jsonl(path)
        start = next(row for row in rows if row["event"] == "start")
        # A step row names the step that it began with, a validation row the steps done.
        done = max(row["step"] + (row["event"] == "step") for row in rows)
        # Each start begins a new clock; a resumed run is the sum of its parts.
        ends = [a["seconds"] for a, b in itertools.pairwise(rows) if b["event"] == "start"]
        seconds = sum(ends) + rows[-1]["seconds"]
        keys = ("device", "dtype", "workers", "threads", "torch")
        facts = ", ".join(f"{k} {start[k]}" for k in keys if k in start)
        lines.append(f"{name}, last run: {done} steps in {seconds / 60:.0f} min ({facts})")
    return lines


def to_json(value: Any) -> Any:
    """Rates as objects."""
    if isinstance(value, Rate):
        return {"value": value.value, "low": value.low, "high": value.high, "n": value.n}
    if isinstance(value, dict):
        return {k: to_json(v) for k, v in value.items()}
    return value


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--notes", type=Path, help="Markdown put above the tables")
    args = parser.parse_args()
    predictions = read_predictions(args.out / "predictions")
    calibration = read_calibration(args.out)
    summaries = {
        key: summarise(rows, calibration.get(key[0], 1.0)) for key, rows in predictions.items()
    }
    notes = args.notes.read_text("utf-8").strip() if args.notes else ""
    args.results.mkdir(parents=True, exist_ok=True)
    report = render(predictions, summaries, notes, describe_runs(args.out), calibration)
    (args.results / "selector.md").write_text(report + "\n", encoding="utf-8")
    write_json(args.results / "selector.json",
               {" · ".join(k): to_json(s) for k, s in summaries.items()})  # fmt: skip
    curves = {k[0]: s for k, s in summaries.items() if k[1:] == ("full", "en", "test")}
    plot_reliability(curves, args.results / "selector-reliability.png")


if __name__ == "__main__":
    main()
