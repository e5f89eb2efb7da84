"""Writes the trained selector to public/models/creative4u-nano/<revision>/."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from common.export import register_model, write_json, write_manifest, write_weights
from common.images import preprocessor_config
from common.tokenizer import special_ids, tokenizer_config
from selector.model import build_model, load_vocabulary, load_weights
from selector.recipes import RECIPES
from selector.results import read_calibration

MODEL_ID = "creative4u-nano"
MODELS = Path(__file__).parents[2] / "public/models"


def export(recipe_name: str, out: Path, stage: str, revision: str, models: Path = MODELS) -> Path:
    """Exports the checkpoint of a stage; MODEL_CARD.md is kept when it is there already."""
    recipe, vocabulary = RECIPES[recipe_name], load_vocabulary(out)
    model = build_model(recipe, vocabulary)
    step = load_weights(model, out / f"{stage}.pt")
    folder = models / MODEL_ID / revision
    folder.mkdir(parents=True, exist_ok=True)
    special = special_ids(vocabulary.tokenizer)
    temperature = read_calibration(out).get(stage, 1.0)
    config = replace(model.config, answer_temperature=temperature).to_hf(
        "idefics3", "Idefics3ForConditionalGeneration", special
    )
    write_json(folder / "config.json", {**config, "torch_dtype": "float16"})
    size = recipe.vision.image_size
    write_json(folder / "preprocessor_config.json", preprocessor_config(size))
    write_json(
        folder / "tokenizer_config.json",
        tokenizer_config(config["text_config"]["max_position_embeddings"]),
    )
    tokenizer = json.loads((out / "tokenizer.json").read_text("utf-8"))
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), "utf-8")
    write_weights(folder / "model.safetensors", model.state_dict())
    write_manifest(
        folder,
        {
            "id": MODEL_ID,
            "revision": revision,
            "task": "selector",
            "name": "Perigee Creative4U nano",
            "architecture": "Idefics3ForConditionalGeneration",
            "licence": "Apache-2.0",
            "training": {"recipe": recipe_name, "stage": stage, "step": step},
        },
    )
    register_model(models, MODEL_ID, revision)
    return folder


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", choices=RECIPES, default="cpu")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", choices=("sft", "grpo"), required=True)
    parser.add_argument("--revision", required=True)
    parser.add_argument("--models", type=Path, default=MODELS)
    args = parser.parse_args()
    print(export(args.recipe, args.out, args.stage, args.revision, args.models))


if __name__ == "__main__":
    main()
