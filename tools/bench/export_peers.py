"""Random models of realistic size, once as safetensors for Perigee and once as ONNX for the peer.

Writes to .cache/bench (not kept in the repository). The ONNX files follow the input and output names
that transformers.js expects. All peers are PyTorch modules exported by torch.onnx.

Usage: python tools/bench/export_peers.py [folder [model …]]
"""

import json
import math
import pathlib
import sys
from dataclasses import dataclass

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import SiglipVisionConfig, SiglipVisionModel

OUT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".cache/bench")
OPSET = 18
torch.manual_seed(1)
torch.set_grad_enabled(False)


def export(
    model: nn.Module, inputs: tuple, path: pathlib.Path, names: list[str], outputs: list[str], dynamic: dict
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        inputs,
        str(path),
        input_names=names,
        output_names=outputs,
        dynamic_axes=dynamic,
        opset_version=OPSET,
        dynamo=False,
    )
    print(path, path.stat().st_size)


class Vision(nn.Module):
    def __init__(self, model: SiglipVisionModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values: torch.Tensor):
        out = self.model(pixel_values)
        return out.last_hidden_state, out.pooler_output


def vision(name: str, **sizes: int) -> None:
    config = SiglipVisionConfig(**sizes, attn_implementation="eager")
    model = SiglipVisionModel(config).eval()
    folder = OUT / name
    side = sizes["image_size"]
    export(
        Vision(model),
        (torch.zeros(2, 3, side, side),),
        folder / "onnx" / "vision_model.onnx",
        ["pixel_values"],
        ["last_hidden_state", "pooler_output"],
        {"pixel_values": {0: "batch"}},
    )
    (folder / "config.json").write_text(json.dumps(config.to_dict()))
    weights = {f"vision_model.{k.removeprefix('vision_model.')}": v.contiguous() for k, v in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors")


THETA, EPS = 100000.0, 1e-5


@dataclass(frozen=True)
class Sizes:
    width: int
    inner: int
    layers: int
    heads: int
    kv: int
    depth: int
    vocab: int


def rms(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * weight


class Layer(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        width, inner = sizes.width, sizes.inner
        self.input_layernorm = nn.Parameter(torch.ones(width))
        self.post_attention_layernorm = nn.Parameter(torch.ones(width))
        self.q = nn.Linear(width, sizes.heads * sizes.depth, bias=False)
        self.k = nn.Linear(width, sizes.kv * sizes.depth, bias=False)
        self.v = nn.Linear(width, sizes.kv * sizes.depth, bias=False)
        self.o = nn.Linear(sizes.heads * sizes.depth, width, bias=False)
        self.gate = nn.Linear(width, inner, bias=False)
        self.up = nn.Linear(width, inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x, cos, sin, bias, past_k, past_v):
        batch, rows, _ = x.shape
        depth, kv, groups = self.sizes.depth, self.sizes.kv, self.sizes.heads // self.sizes.kv
        h = rms(x, self.input_layernorm)

        def heads(y, n):
            return y.view(batch, rows, n, depth).transpose(1, 2)

        def turn(y):
            return y * cos + torch.cat((-y[..., depth // 2 :], y[..., : depth // 2]), -1) * sin

        k = torch.cat((past_k, turn(heads(self.k(h), kv))), 2)
        v = torch.cat((past_v, heads(self.v(h), kv)), 2)
        grown_k = k.repeat_interleave(groups, 1)
        grown_v = v.repeat_interleave(groups, 1)
        q = turn(heads(self.q(h), self.sizes.heads))
        scores = q @ grown_k.transpose(-1, -2) / math.sqrt(depth) + bias
        x = x + self.o((scores.softmax(-1) @ grown_v).transpose(1, 2).reshape(batch, rows, -1))
        h = rms(x, self.post_attention_layernorm)
        return x + self.down(nn.functional.silu(self.gate(h)) * self.up(h)), k, v


class Decoder(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.embed = nn.Embedding(sizes.vocab, sizes.width)
        self.layers = nn.ModuleList(Layer(sizes) for _ in range(sizes.layers))
        self.norm = nn.Parameter(torch.ones(sizes.width))
        self.head = nn.Linear(sizes.width, sizes.vocab, bias=False)
        inverse = 1.0 / THETA ** (torch.arange(0, sizes.depth, 2).float() / sizes.depth)
        self.register_buffer("inverse", inverse, persistent=False)

    def forward(self, input_ids, attention_mask, position_ids, *past):
        x = self.embed(input_ids)
        angles = position_ids[:, None, :, None].float() * self.inverse
        angles = torch.cat((angles, angles), -1)
        cos, sin = angles.cos(), angles.sin()
        keys = torch.arange(attention_mask.shape[1])
        seen = (keys[None, None, None, :] <= position_ids[:, None, :, None]) & (attention_mask[:, None, None, :] > 0)
        bias = torch.where(seen, 0.0, -1e9)
        present = []
        for index, layer in enumerate(self.layers):
            x, k, v = layer(x, cos, sin, bias, past[2 * index], past[2 * index + 1])
            present += [k, v]
        return (self.head(rms(x, self.norm)), *present)


def decoder(name: str, sizes: Sizes) -> None:
    model = Decoder(sizes).eval()
    for parameter in model.parameters():
        if parameter.dim() == 2:
            parameter.normal_(0, 0.02)
    folder = OUT / name
    batch, rows, length = 2, 3, 4
    past = [torch.zeros(batch, sizes.kv, length, sizes.depth) for _ in range(2 * sizes.layers)]
    parts = [f"{index}.{part}" for index in range(sizes.layers) for part in ("key", "value")]
    inputs = (
        torch.zeros(batch, rows, dtype=torch.long),
        torch.ones(batch, rows + length, dtype=torch.long),
        torch.arange(length, length + rows)[None].repeat(batch, 1),
        *past,
    )
    names = ["input_ids", "attention_mask", "position_ids", *[f"past_key_values.{part}" for part in parts]]
    outputs = ["logits", *[f"present.{part}" for part in parts]]
    dynamic = {name: {0: "batch", 1: f"{name}_1"} for name in names[:3]}
    dynamic |= {name: {0: "batch", 2: "past"} for name in names[3:]}
    dynamic |= {name: {0: "batch", 2: "total"} for name in outputs[1:]}
    export(model, inputs, folder / "onnx" / "model.onnx", names, outputs, dynamic)
    text = dict(
        model_type="llama",
        architectures=["LlamaForCausalLM"],
        vocab_size=sizes.vocab,
        hidden_size=sizes.width,
        intermediate_size=sizes.inner,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        num_key_value_heads=sizes.kv,
        head_dim=sizes.depth,
        hidden_act="silu",
        max_position_embeddings=2048,
        rms_norm_eps=EPS,
        rope_theta=THETA,
        tie_word_embeddings=False,
    )
    (folder / "config.json").write_text(json.dumps(text))
    weights = {
        "model.text_model.embed_tokens.weight": model.embed.weight,
        "model.text_model.norm.weight": model.norm,
        "lm_head.weight": model.head.weight,
    }
    for index, layer in enumerate(model.layers):
        prefix = f"model.text_model.layers.{index}."
        weights |= {
            prefix + f"{name}.weight": getattr(layer, name) for name in ("input_layernorm", "post_attention_layernorm")
        }
        weights |= {prefix + f"self_attn.{name}_proj.weight": getattr(layer, name).weight for name in "qkvo"}
        weights |= {prefix + f"mlp.{name}_proj.weight": getattr(layer, name).weight for name in ("gate", "up", "down")}
    save_file({name: value.detach().clone() for name, value in weights.items()}, folder / "model.safetensors")


# ViT-S/16 for WebAssembly in the browser, and a tower of the shipped models' size for a software GPU.
SMALL = dict(hidden_size=384, intermediate_size=1536, num_hidden_layers=12, num_attention_heads=6)
NANO = dict(hidden_size=192, intermediate_size=768, num_hidden_layers=4, num_attention_heads=3)
MODELS = {
    "siglip-b16": lambda: vision("siglip-b16", image_size=224, patch_size=16),
    "siglip-s16": lambda: vision("siglip-s16", image_size=224, patch_size=16, **SMALL),
    "siglip-nano": lambda: vision("siglip-nano", image_size=160, patch_size=32, **NANO),
    # SmolLM2-135M, the text half of SmolVLM-256M; for the tab the shipped selector's text model, and one between.
    "llama-135m": lambda: decoder("llama-135m", Sizes(576, 1536, 30, 9, 3, 64, 49280)),
    "llama-30m": lambda: decoder("llama-30m", Sizes(384, 1024, 12, 6, 2, 64, 16384)),
    "llama-nano": lambda: decoder("llama-nano", Sizes(192, 512, 5, 6, 2, 32, 1792)),
}
for name in sys.argv[2:] or MODELS:
    MODELS[name]()
