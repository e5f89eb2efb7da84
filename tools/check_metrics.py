"""Recomputes retrieval figures from vectors and relevance with NumPy alone, and compares them.

    python tools/check_metrics.py --vectors moon2-nano.vectors.npz --qrels i-mm.qrels \
        --direction i-mm [--report benchmark.json] [--encoder moon2-nano] [--tolerance 1e-6]

vectors: .npz with `vectors` float32 [rows, dimension] and `keys` [rows], "role:view:id", as the
Benchmark page exports it. qrels: TREC columns `qid iter docid rel`. report: the page's or the command
line's JSON. Prints JSON; exit status 1 when a figure of the report differs by more than the tolerance.

Written apart from the application: full score matrix, sorting by NumPy, definitions from the formulas
below. Scores are summed in float64 and rounded to float32, as the report says.

    hit_k       1 if a relevant candidate is among the first k, mean over queries
    recall_k    share of a query's relevant candidates among the first k
    mrr         1 / rank of the first relevant candidate
    map         mean over relevant candidates of (relevant ones up to its rank) / rank
    ndcg_k      sum of gain / log2(rank + 1) over ranks up to k, divided by its largest possible value
    median_rank median over queries of the first relevant candidate's rank

Ties under the rule "worst": irrelevant candidates stand before relevant ones of the same score, and
lower gains before higher ones; "best" is the reverse.
"""

import argparse
import json
import re
import sys

import numpy as np

CUTOFFS = (1, 5, 10)
VIEWS = {"search": ("i", "mm")}


def trec_id(identifier: str) -> str:
    """White space would break TREC's columns; the exporter replaces each run of it by one underscore."""
    return re.sub(r"\s+", "_", identifier)


def read_vectors(path: str) -> dict[tuple[str, str], tuple[list[str], np.ndarray]]:
    """(role, view) → ids and rows."""
    with np.load(path, allow_pickle=False) as archive:
        vectors, keys = archive["vectors"], archive["keys"]
    if vectors.ndim != 2 or len(keys) != len(vectors):
        sys.exit(f"{path}: {len(keys)} keys for vectors of shape {vectors.shape}")
    groups: dict[tuple[str, str], tuple[list[str], list[int]]] = {}
    for row, key in enumerate(keys.tolist()):
        role, view, identifier = key.split(":", 2)
        ids, rows = groups.setdefault((role, view), ([], []))
        ids.append(trec_id(identifier))
        rows.append(row)
    return {name: (ids, vectors[rows]) for name, (ids, rows) in groups.items()}


def read_qrels(path: str) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                query, _, document, relevance = line.split()
                qrels.setdefault(query, {})[document] = int(relevance)
    return qrels


def query_figures(scores: np.ndarray, gains: np.ndarray, rule: str) -> dict[str, float]:
    """Figures of one query: scores [n], gains [n] (0 where irrelevant)."""
    # lexsort sorts by its last key first.
    order = np.lexsort((gains if rule == "worst" else -gains, -scores))
    sorted_gains = gains[order].astype(np.float64)
    ranks = np.flatnonzero(sorted_gains > 0) + 1
    figures = {
        "mrr": 1.0 / ranks[0],
        "map": float(np.mean(np.arange(1, len(ranks) + 1) / ranks)),
        "median_rank": float(ranks[0]),
    }
    discounts = 1.0 / np.log2(np.arange(2, len(scores) + 2))
    ideal = np.sort(sorted_gains)[::-1]
    for k in CUTOFFS:
        figures[f"hit_{k}"] = float(ranks[0] <= k)
        figures[f"recall_{k}"] = float(np.mean(ranks <= k))
        figures[f"ndcg_{k}"] = float(
            (sorted_gains[:k] * discounts[:k]).sum() / (ideal[:k] * discounts[:k]).sum()
        )
    return figures


def recompute(groups, qrels, direction: str, rule: str) -> tuple[dict[str, float], int, int]:
    """Figures over all judged queries that have a vector; their number; number of candidates."""
    query_view, candidate_view = VIEWS.get(direction) or direction.split("-")
    query_ids, queries = groups[("query", query_view)]
    candidate_ids, candidates = groups[("candidate", candidate_view)]
    place = {identifier: column for column, identifier in enumerate(candidate_ids)}
    scores = (queries.astype(np.float64) @ candidates.astype(np.float64).T).astype(np.float32)
    collected: list[dict[str, float]] = []
    for row, identifier in enumerate(query_ids):
        gains = np.zeros(len(candidate_ids), dtype=np.int64)
        for document, gain in qrels.get(identifier, {}).items():
            if document in place:
                gains[place[document]] = gain
        if gains.any():
            collected.append(query_figures(scores[row], gains, rule))
    if not collected:
        sys.exit(f"{direction}: no query of the vectors is judged in the qrels")
    figures = {
        name: float(np.median(values) if name == "median_rank" else np.mean(values))
        for name in collected[0]
        for values in [[each[name] for each in collected]]
    }
    return figures, len(collected), len(candidate_ids)


def reported(path: str, encoder: str | None, direction: str) -> tuple[dict[str, float], int, int]:
    """Figures, queries and candidates as the report states them."""
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    runs = content if isinstance(content, list) else [content]
    for run in runs:
        if encoder is None or run["encoder"]["id"] == encoder:
            for entry in run["directions"]:
                if entry["direction"] == direction:
                    figures = {each["measure"]: each["value"] for each in entry["figures"]}
                    return figures, entry["queries"], entry["candidates"]
    sys.exit(f"{path}: no figures of {direction} for {encoder or 'the first encoder'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vectors", required=True)
    parser.add_argument("--qrels", required=True)
    parser.add_argument("--direction", required=True)
    parser.add_argument("--ties", choices=["worst", "best"], default="worst")
    parser.add_argument("--report")
    parser.add_argument("--encoder")
    parser.add_argument("--tolerance", type=float, default=1e-6)
    options = parser.parse_args()
    figures, queries, candidates = recompute(
        read_vectors(options.vectors), read_qrels(options.qrels), options.direction, options.ties
    )
    result = {"queries": queries, "candidates": candidates, "figures": figures}
    status = 0
    if options.report is not None:
        stated, stated_queries, stated_candidates = reported(
            options.report, options.encoder, options.direction
        )
        missing = sorted(set(figures) ^ set(stated))
        differences = {
            name: abs(figures[name] - stated[name]) for name in figures if name in stated
        }
        agrees = (
            not missing
            and (stated_queries, stated_candidates) == (queries, candidates)
            and max(differences.values()) <= options.tolerance
        )
        result |= {
            "stated": stated,
            "stated_queries": stated_queries,
            "stated_candidates": stated_candidates,
            "measures_missing_on_one_side": missing,
            "largest_difference": max(differences.values()),
            "agrees": agrees,
        }
        status = 0 if agrees else 1
    print(json.dumps(result, indent=2))
    return status


if __name__ == "__main__":
    sys.exit(main())
