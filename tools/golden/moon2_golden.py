"""The MOON2.0-style encoder: reference implementation in plain PyTorch.

Architecture and names are those of Perigee's `moon2` models: Idefics3's image tower (with the
convolutional stem), connector and Llama layers, bidirectional, with experts in place of the
feed-forward block, mean pooling over all tokens, projection and L2 normalisation.
The Llama layers and the tower's layers come from transformers; stem, experts and pooling are here.
"""

import torch
import torch.nn.functional as F
from common import Taps, channels_last, randomise, save
from torch import nn
from transformers import Idefics3Config
from transformers.models.idefics3.modeling_idefics3 import Idefics3Connector, Idefics3VisionTransformer
from transformers.models.llama.modeling_llama import LlamaModel

SEED = 51
IMAGE, FAKE, GLOBAL, PAD = 60, 61, 62, 63
EXPERTS, TOP_K, PROJECTION = 3, 2, 20
STEM = [4, 8]

config = Idefics3Config(
    vision_config=dict(
        hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8
    ),
    text_config=dict(
        model_type="llama",
        vocab_size=64,
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=64,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        pad_token_id=PAD,
        bos_token_id=None,
        eos_token_id=None,
    ),
    scale_factor=2,
    image_token_id=IMAGE,
    pad_token_id=PAD,
    attn_implementation="eager",
)


class StemLayer(nn.Module):
    """Convolution 3x3 of stride 2, layer norm over channels, GELU."""

    def __init__(self, inner: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inner, out, 3, stride=2, padding=1)
        self.norm = nn.LayerNorm(out, eps=config.vision_config.layer_norm_eps)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = self.norm(self.conv(x).permute(0, 2, 3, 1))
        return F.gelu(rows, approximate="tanh").permute(0, 3, 1, 2)


class Embeddings(nn.Module):
    """Stem, patches and positions."""

    def __init__(self) -> None:
        super().__init__()
        vision = config.vision_config
        kernel = vision.patch_size // 2 ** len(STEM)
        channels = [3, *STEM]
        self.stem = nn.ModuleList(StemLayer(a, b) for a, b in zip(channels, channels[1:]))
        self.patch_embedding = nn.Conv2d(STEM[-1], vision.hidden_size, kernel, stride=kernel)
        self.position_embedding = nn.Embedding((vision.image_size // vision.patch_size) ** 2, vision.hidden_size)

    def forward(self, pixel_values: torch.Tensor, patch_attention_mask: torch.Tensor) -> torch.Tensor:
        x = pixel_values
        for layer in self.stem:
            x = layer(x)
        return self.patch_embedding(x).flatten(2).transpose(1, 2) + self.position_embedding.weight


class FeedForward(nn.Module):
    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(width, inner, bias=False)
        self.up_proj = nn.Linear(width, inner, bias=False)
        self.down_proj = nn.Linear(inner, width, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Experts(nn.Module):
    """h' = sum over the k best experts of renormalised gate times expert."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, EXPERTS, bias=False)
        self.experts = nn.ModuleList(FeedForward(width, inner) for _ in range(EXPERTS))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gate = self.gate(x).softmax(-1)
        best = gate.topk(TOP_K, -1)
        share = torch.zeros_like(gate).scatter(-1, best.indices, best.values / best.values.sum(-1, keepdim=True))
        outs = torch.stack([expert(x) for expert in self.experts], -1)
        return (outs * share.unsqueeze(-2)).sum(-1)


class Moon2(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        text = config.text_config
        self.vision_model = Idefics3VisionTransformer._from_config(config.vision_config, attn_implementation="eager")
        self.vision_model.embeddings = Embeddings()
        self.connector = Idefics3Connector(config)
        self.text_model = LlamaModel._from_config(text, attn_implementation="eager")
        for layer in self.text_model.layers:
            del layer.mlp
            layer.moe = Experts(text.hidden_size, text.intermediate_size)
        self.projection = nn.Linear(text.hidden_size, PROJECTION, bias=False)

    def see(self, pixels: torch.Tensor) -> torch.Tensor:
        side = config.vision_config.image_size // config.vision_config.patch_size
        mask = torch.ones(len(pixels), side, side, dtype=torch.bool)
        hidden = self.vision_model(pixel_values=pixels, patch_attention_mask=mask).last_hidden_state
        return self.connector(hidden)

    def forward(self, ids: torch.Tensor, features: torch.Tensor | None) -> torch.Tensor:
        """One unpadded sequence [S] with at most one image [n, C] to one vector [D]."""
        x = self.text_model.embed_tokens(ids)[None]
        if features is not None:
            x = x.masked_scatter((ids == IMAGE)[None, :, None], features)
        position = torch.arange(len(ids))[None]
        angles = self.text_model.rotary_emb(x, position)
        for layer in self.text_model.layers:
            normed = layer.input_layernorm(x)
            # Without a mask eager attention lets every token see every other.
            attended, _ = layer.self_attn(normed, position_embeddings=angles, attention_mask=None)
            x = x + attended
            x = x + layer.moe(layer.post_attention_layernorm(x))
        hidden = self.text_model.norm(x)[0]
        return F.normalize(self.projection(hidden.mean(0)), dim=-1)


class Wrapper(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model = Moon2()


wrapper = Wrapper().eval()
randomise(wrapper, SEED)
model = wrapper.model
generator = torch.Generator().manual_seed(SEED + 1)
pixels = torch.randn(2, 3, 32, 32, generator=generator)
texts = [[4, 9, 33, 8, 2], [7, 7, 51, 20, 41, 18, 5, 2]]

taps = Taps()
for index, layer in enumerate(model.vision_model.embeddings.stem):
    taps.watch(layer, f"vision.stem.{index}")
taps.watch(model.vision_model.embeddings, "vision.embeddings")
taps.watch(model.vision_model.post_layernorm, "vision.post_layernorm")
taps.watch(model.connector, "connector")
features = model.see(pixels)
values = {f"tap/{name}": value for name, value in taps.values.items()}
for index in range(len(STEM)):
    values[f"tap/vision.stem.{index}"] = channels_last(values[f"tap/vision.stem.{index}"])

block = [FAKE, GLOBAL, *[IMAGE] * 4, FAKE]
views = {
    "text": [(text, None) for text in texts],
    "image": [(block, 0), (block, 1)],
    "both": [(block + texts[0], 0), (block + texts[1], 1)],
}
for view, items in views.items():
    values[f"{view}_vectors"] = torch.stack(
        [model(torch.tensor(ids), None if image is None else features[image]) for ids, image in items]
    )
values["pixels"] = channels_last(pixels)
values |= {f"text/{index}": torch.tensor(text) for index, text in enumerate(texts)}
raw = config.to_dict()
raw["model_type"] = "moon2"
raw["vision_config"]["stem"] = {"channels": STEM}
raw["text_config"] |= {"bidirectional": True, "num_experts": EXPERTS, "num_experts_per_tok": TOP_K}
raw |= {"projection": PROJECTION, "matryoshka": [8, PROJECTION]}
save("moon2", raw, wrapper.state_dict(), values, SEED)
