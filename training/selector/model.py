"""Builds and restores the selector, and turns pixels into cached vision features."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from common.checkpoint import read_weights
from common.idefics3 import MultimodalModel
from common.images import normalise
from common.runtime import Runtime
from common.tokenizer import load_tokenizer
from common.vision import VisionTransformer
from selector.examples import Vocabulary
from selector.pretrain_vision import tower_state
from selector.recipes import Recipe, model_config


def load_vocabulary(out: Path) -> Vocabulary:
    """The tokenizer of a run."""
    return Vocabulary(load_tokenizer(out / "tokenizer.json"))


def build_model(recipe: Recipe, vocabulary: Vocabulary) -> MultimodalModel:
    """A model with the sizes of the recipe; weights are still random."""
    size = vocabulary.tokenizer.get_vocab_size()
    return MultimodalModel(model_config(recipe, size, vocabulary.image))


def load_vision(model: MultimodalModel, checkpoint: Path) -> None:
    """Copies the tower of a stage-0 checkpoint into the model."""
    model.model.vision_model.load_state_dict(tower_state(read_weights(checkpoint)))


def load_weights(model: MultimodalModel, checkpoint: Path) -> int:
    """Copies the weights of an SFT or GRPO checkpoint; returns its step."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    model.load_state_dict(state["model"])
    return state["step"]


@torch.no_grad()
def load_all_but_vision(model: MultimodalModel, checkpoint: Path) -> int:
    """Copies connector and text model of a checkpoint, or of a revision's folder.

    Its tower may have other sizes.
    Where it has fewer layers of text, those missing are put behind the first and begin by passing
    on what they get. Returns how many these are.
    """
    state = read_weights(checkpoint)
    tower, layers = "model.vision_model.", "model.text_model.layers."
    own = {k: v for k, v in model.state_dict().items() if k.startswith(tower)}
    rest = {k: v for k, v in state.items() if not k.startswith(tower)}
    held = 1 + max(int(k.removeprefix(layers).split(".")[0]) for k in rest if k.startswith(layers))
    added = len(model.model.text_model.layers) - held
    for name in [k for k in rest if k.startswith(layers) and added]:
        index, _, part = name.removeprefix(layers).partition(".")
        if int(index) > 0:
            own[f"{layers}{int(index) + added}.{part}"] = rest.pop(name)
    for index in range(1, 1 + added):
        layer = model.model.text_model.layers[index]
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
        own.update({f"{layers}{index}.{k}": v.clone() for k, v in layer.state_dict().items()})
    model.load_state_dict({**rest, **own})
    return added


@torch.no_grad()
def vision_features(
    tower: VisionTransformer,
    pixels: np.ndarray,
    runtime: Runtime,
    dtype: torch.dtype = torch.float16,
) -> Tensor:
    """Patch features of all images [N, P, D] in `dtype` on the processor.

    The tower is frozen in the later stages, so every picture is encoded once; in float32, as it
    ships.
    """
    tower.eval()
    config = tower.config
    out = torch.empty(len(pixels), config.grid**2, config.hidden_size, dtype=dtype)
    for start in range(0, len(pixels), 64):
        batch = normalise(torch.from_numpy(np.array(pixels[start : start + 64])))
        features = tower(batch.to(runtime.device))
        out[start : start + len(features)] = features.to("cpu", dtype)
    return out
