"""Golden outputs of an exported revision for the engine's tests: greedy text and P(A).

Reads only what ships (config, tokenizer, float16 weights widened to float32), so the file says what
any engine must get from the same files. Pictures are drawn ones, copied beside golden.json.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch

from common.checkpoint import read_weights
from common.export import write_json
from common.idefics3 import MultimodalConfig, MultimodalModel
from common.images import letterbox, load_rgb
from common.runtime import open_runtime
from common.tokenizer import load_tokenizer
from selector.data import load_creatives
from selector.evaluate import subset_pairs
from selector.examples import LANGUAGES, ORDERS, View, Vocabulary
from selector.generate import generate
from selector.model import vision_features

GOLDEN = Path(__file__).parents[2] / "tools/golden/creative4u-nano"
MAX_NEW_TOKENS = 320


def load_exported(folder: Path) -> tuple[MultimodalModel, Vocabulary]:
    """A shipped revision in float32."""
    config = MultimodalConfig.from_hf(json.loads((folder / "config.json").read_text("utf-8")))
    model = MultimodalModel(config)
    model.load_state_dict(read_weights(folder))
    return model.eval(), Vocabulary(load_tokenizer(folder / "tokenizer.json"))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--model", type=Path, required=True, help="folder of the revision")
    parser.add_argument("--golden", type=Path, default=GOLDEN)
    parser.add_argument("--pairs", type=int, default=20)
    args = parser.parse_args()
    runtime = open_runtime("cpu")
    model, vocabulary = load_exported(args.model)
    data = load_creatives(*args.data)
    pairs = subset_pairs(data, "test")[: args.pairs]
    views = [View(pair, ORDERS[i % 2], LANGUAGES[i // 2 % 2]) for i, pair in enumerate(pairs)]
    folder = args.golden / "images"
    shutil.rmtree(args.golden, ignore_errors=True)
    folder.mkdir(parents=True)
    cases = []
    for view in views:
        files = [data.creatives[side]["path"] for side in view.sides]
        for file in files:
            shutil.copyfile(file, folder / file.name)
        size = model.config.vision.image_size
        pixels = np.stack([np.asarray(letterbox(load_rgb(file), size)) for file in files])
        features = vision_features(model.model.vision_model, pixels, runtime, torch.float32)
        prompt = vocabulary.encode(view.prompt(model.config.image_tokens))
        # One at a time: no padding, so that nothing but the model decides the numbers.
        out = generate(model, vocabulary, [prompt], features[None], MAX_NEW_TOKENS)[0]
        cases.append(
            {
                "pair": view.pair["id"],
                "order": view.order,
                "language": view.language,
                "title": view.pair["title"][view.language],
                "queries": view.pair["queries"][view.language],
                "images": [f"images/{file.name}" for file in files],
                "prompt_ids": prompt,
                "feature_mean_abs": float(features.abs().mean()),
                "response_ids": out.ids,
                "text": out.text,
                "probability_a": out.probability_a(model.config.answer_temperature),
            }
        )
    manifest = json.loads((args.model / "manifest.json").read_text("utf-8"))
    head = {"model": manifest["id"], "revision": manifest["revision"],
            "weights": manifest["files"]["model.safetensors"]["sha256"]}  # fmt: skip
    write_json(args.golden / "golden.json", {**head, "cases": cases})


if __name__ == "__main__":
    main()
