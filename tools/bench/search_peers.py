"""NumPy, faiss-flat and ranx on the inputs of `npm run bench -- search`; prints one JSON object.

    python tools/bench/search_peers.py FOLDER [--threads 2] [--metrics]

FOLDER holds queries.npy and candidates.npy, float32 [rows, dimension]. Writes numpy.npy, int32 [queries,
10]. With --metrics: qrels.trec and run.trec instead, evaluated by ranx. Times are seconds of work alone,
after one untimed round on a part of the data.
"""

import argparse
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--threads", default="2")
parser.add_argument("--metrics", action="store_true")
options = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = options.threads

import numpy as np  # noqa: E402 - the thread counts above must come first

K = 10
BLOCK = 128


def timed(work):
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def numpy_search(queries, candidates):
    """Exact top-k in blocks of queries: matrix product, partition, then sorting the k found."""
    found = np.empty((len(queries), K), dtype=np.int32)
    for start in range(0, len(queries), BLOCK):
        scores = queries[start : start + BLOCK] @ candidates.T
        some = np.argpartition(scores, -K, axis=1)[:, -K:]
        order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1, kind="stable")
        found[start : start + BLOCK] = np.take_along_axis(some, order, axis=1)
    return found


def numpy_products(queries, candidates):
    for start in range(0, len(queries), BLOCK):
        queries[start : start + BLOCK] @ candidates.T


def search():
    queries = np.load(os.path.join(options.folder, "queries.npy"))
    candidates = np.load(os.path.join(options.folder, "candidates.npy"))
    numpy_search(queries[:BLOCK], candidates)
    result = {"numpy_version": np.__version__}
    result["matmul"], _ = timed(lambda: numpy_products(queries, candidates))
    result["numpy"], found = timed(lambda: numpy_search(queries, candidates))
    np.save(os.path.join(options.folder, "numpy.npy"), found)
    try:
        import faiss
    except ImportError:
        return result
    faiss.omp_set_num_threads(int(options.threads))
    index = faiss.IndexFlatIP(candidates.shape[1])
    index.add(candidates)
    index.search(queries[:BLOCK], K)
    result["faiss_version"] = faiss.__version__
    result["faiss"], (_, rows) = timed(lambda: index.search(queries, K))
    result["faiss_same_as_numpy"] = float(np.mean(np.all(rows == found, axis=1)))
    return result


def metrics():
    import ranx

    folder = options.folder
    load, (qrels, run) = timed(
        lambda: (
            ranx.Qrels.from_file(os.path.join(folder, "qrels.trec"), kind="trec"),
            ranx.Run.from_file(os.path.join(folder, "run.trec"), kind="trec"),
        )
    )
    names = ["mrr", "map", "ndcg@10", "recall@10", "hit_rate@10"]
    # The first call compiles.
    ranx.evaluate(qrels, run, names, make_comparable=True)
    seconds, values = timed(lambda: ranx.evaluate(qrels, run, names, make_comparable=True))
    values = {name: float(value) for name, value in values.items()}
    return {"load": load, "evaluate": seconds, "values": values}


json.dump(metrics() if options.metrics else search(), sys.stdout)
