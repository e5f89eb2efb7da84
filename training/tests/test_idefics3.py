"""The model code computes what transformers' Idefics3 computes, under the same names."""

import json

import pytest
import torch

from common.decoder import KeyValueCache, TextConfig
from common.idefics3 import MultimodalConfig, MultimodalModel
from common.vision import VisionConfig

SPECIAL = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
IMAGE = 5


def tiny_config(stem: tuple[int, ...] = (), scale: int = 2) -> MultimodalConfig:
    """Two layers of everything, 4x4 patches."""
    return MultimodalConfig(
        vision=VisionConfig(24, 48, 2, 3, image_size=32, patch_size=8, stem=stem),
        text=TextConfig(40, 32, 64, 2, 4, 2),
        scale_factor=scale,
        image_token_id=IMAGE,
    )


def prompt_ids(config: MultimodalConfig) -> torch.Tensor:
    """One sequence with two images and some text around them."""
    image = [IMAGE] * config.image_tokens
    return torch.tensor([[1, 7, 8, *image, 9, 10, *image, 11, 12, 13]])


@pytest.mark.parametrize("scale", [1, 2])
def test_logits_equal_those_of_transformers(scale: int) -> None:
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = tiny_config(scale=scale)
    ours = MultimodalModel(config).eval()
    with torch.no_grad():  # biases start at zero, which would hide a missing one
        for parameter in ours.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    hf_config = transformers.Idefics3Config.from_dict(
        json.loads(
            json.dumps(config.to_hf("idefics3", "Idefics3ForConditionalGeneration", SPECIAL))
        )
    )
    theirs = transformers.Idefics3ForConditionalGeneration(hf_config).eval()
    missing, unexpected = theirs.load_state_dict(ours.state_dict(), strict=False)
    assert unexpected == []
    assert missing == ["lm_head.weight"]
    theirs.tie_weights()
    ids, pixels = prompt_ids(config), torch.randn(1, 2, 3, 32, 32)
    with torch.no_grad():
        expected = theirs(input_ids=ids, pixel_values=pixels).logits
        features = ours.model.vision_model(pixels[0])
        actual = ours.logits(ours.model.text_model(ours.embed(ids, features)))
    assert expected.std() > 0.01
    torch.testing.assert_close(actual, expected, rtol=1e-4, atol=1e-5)


def test_config_survives_the_round_trip() -> None:
    config = tiny_config(stem=(8, 16))
    hf = json.loads(json.dumps(config.to_hf("idefics3", "x", SPECIAL)))
    assert hf["vision_config"]["stem"] == {"channels": [8, 16]}
    assert MultimodalConfig.from_hf(hf) == config


def test_stem_shrinks_to_the_patch_grid() -> None:
    model = MultimodalModel(tiny_config(stem=(8, 16)))
    assert model.model.vision_model(torch.randn(2, 3, 32, 32)).shape == (2, 16, 24)
    names = model.state_dict().keys()
    assert "model.vision_model.embeddings.stem.1.conv.weight" in names
    assert "model.vision_model.embeddings.stem.0.norm.bias" in names


def test_cached_steps_with_left_padding_equal_the_full_pass() -> None:
    torch.manual_seed(1)
    model = MultimodalModel(tiny_config()).eval().model.text_model
    ids = torch.randint(6, 40, (2, 9))
    with torch.no_grad():
        full = model(model.embed_tokens(ids))
        padding = 3
        padded = torch.cat([torch.zeros(2, padding, dtype=torch.long), ids], dim=1)
        key_mask = torch.ones(2, 9 + padding, dtype=torch.bool)
        key_mask[:, :padding] = False
        cache = KeyValueCache(model.config, 2, 9 + padding, full)
        embeddings = model.embed_tokens(padded)
        prefill = 6 + padding
        first = model(embeddings[:, :prefill], key_mask=key_mask[:, :prefill], cache=cache)
        rest = [
            model(embeddings[:, t : t + 1], key_mask=key_mask[:, : t + 1], cache=cache)
            for t in range(prefill, 9 + padding)
        ]
    stepped = torch.cat([first[:, padding:], *rest], dim=1)
    torch.testing.assert_close(stepped, full, rtol=1e-4, atol=1e-5)
