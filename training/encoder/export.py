"""Writes public/models/moon2-nano/<revision>/ from a finished run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.export import register_model, write_json, write_manifest, write_weights
from common.images import preprocessor_config
from common.tokenizer import special_ids, tokenizer_config
from encoder.evaluate import load

MODEL_ID = "moon2-nano"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--models", type=Path, default=Path("public/models"))
    parser.add_argument("--revision", required=True)
    args = parser.parse_args()
    model, tokenizer, _ = load(args.run)
    config = model.config
    folder = args.models / MODEL_ID / args.revision
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config.to_hf(special_ids(tokenizer)))
    length = config.shared.text.max_position_embeddings
    write_json(folder / "tokenizer_config.json", tokenizer_config(length))
    tokenizer.save(str(folder / "tokenizer.json"))
    size = config.shared.vision.image_size
    write_json(folder / "preprocessor_config.json", preprocessor_config(size, "squash"))
    write_weights(folder / "model.safetensors", model.state_dict())
    facts = {
        "id": MODEL_ID,
        "revision": args.revision,
        "task": "encoder",
        "name": "Perigee nano encoder (method of MOON2.0)",
        "architecture": "moon2",
        "licence": "Apache-2.0",
        "dimensions": list(config.matryoshka),
    }
    write_manifest(folder, facts)
    register_model(args.models, MODEL_ID, args.revision)
    size_mb = (folder / "model.safetensors").stat().st_size / 1e6
    print(json.dumps({"folder": str(folder), "weights_MB": round(size_mb, 2)}))


if __name__ == "__main__":
    main()
