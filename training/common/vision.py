"""SigLIP-style vision tower with an optional convolutional stem.

Shapes: B images, P = (image_size / patch_size)^2 patches, D = hidden size.
Parameter names are those of `Idefics3VisionTransformer`, plus `embeddings.stem.*` when a stem is
configured. Early convolutions: Xiao et al., "Early Convolutions Help Transformers See Better"
(arXiv 2106.14881); that a stem stands in for the patch embedding is Perigee's own choice.
"""

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class VisionConfig:
    """Sizes of the tower. `stem` lists the channels of its stride-2 convolutions; empty: none."""

    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    image_size: int
    patch_size: int
    stem: tuple[int, ...] = ()
    layer_norm_eps: float = 1e-6

    @property
    def grid(self) -> int:
        """Patches along one side."""
        return self.image_size // self.patch_size

    def to_hf(self) -> dict:
        """The `vision_config` object of config.json."""
        config = {
            "model_type": "idefics3_vision",
            "hidden_size": self.hidden_size,
            "intermediate_size": self.intermediate_size,
            "num_hidden_layers": self.num_hidden_layers,
            "num_attention_heads": self.num_attention_heads,
            "num_channels": 3,
            "image_size": self.image_size,
            "patch_size": self.patch_size,
            "hidden_act": "gelu_pytorch_tanh",
            "layer_norm_eps": self.layer_norm_eps,
            "attention_dropout": 0.0,
        }
        if self.stem:
            config["stem"] = {"channels": list(self.stem)}
        return config

    @staticmethod
    def from_hf(config: dict) -> "VisionConfig":
        """Reads `vision_config` back."""
        return VisionConfig(
            hidden_size=config["hidden_size"],
            intermediate_size=config["intermediate_size"],
            num_hidden_layers=config["num_hidden_layers"],
            num_attention_heads=config["num_attention_heads"],
            image_size=config["image_size"],
            patch_size=config["patch_size"],
            stem=tuple(config.get("stem", {}).get("channels", ())),
            layer_norm_eps=config["layer_norm_eps"],
        )


class StemStage(nn.Module):
    """3x3 convolution with stride 2, layer norm over channels, GELU (tanh)."""

    def __init__(self, channels_in: int, channels_out: int, eps: float) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1)
        self.norm = nn.LayerNorm(channels_out, eps=eps)

    def forward(self, x: Tensor) -> Tensor:  # [B, Cin, H, W] -> [B, Cout, H/2, W/2]
        x = self.norm(self.conv(x).permute(0, 2, 3, 1))  # [B, H/2, W/2, Cout]
        return F.gelu(x, approximate="tanh").permute(0, 3, 1, 2)


class VisionEmbeddings(nn.Module):
    """Pixels to patch vectors with learned absolute positions."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        channels = (3, *config.stem)
        kernel = config.patch_size // 2 ** len(config.stem)
        if kernel * 2 ** len(config.stem) != config.patch_size:
            raise ValueError(
                f"patch_size {config.patch_size} is not divisible by 2^{len(config.stem)}: "
                "use fewer stem stages or a larger patch"
            )
        if config.stem:
            self.stem = nn.ModuleList(
                StemStage(a, b, config.layer_norm_eps) for a, b in itertools.pairwise(channels)
            )
        self.patch_embedding = nn.Conv2d(channels[-1], config.hidden_size, kernel, stride=kernel)
        self.position_embedding = nn.Embedding(config.grid**2, config.hidden_size)

    def forward(self, pixels: Tensor) -> Tensor:  # [B, 3, H, W] -> [B, P, D]
        x = pixels.contiguous(memory_format=torch.channels_last)
        for stage in getattr(self, "stem", ()):
            x = stage(x)
        x = self.patch_embedding(x).flatten(2).transpose(1, 2)
        return x + self.position_embedding.weight


class VisionAttention(nn.Module):
    """Full self-attention with biases."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.heads = config.num_attention_heads
        self.q_proj = nn.Linear(config.hidden_size, config.hidden_size)
        self.k_proj = nn.Linear(config.hidden_size, config.hidden_size)
        self.v_proj = nn.Linear(config.hidden_size, config.hidden_size)
        self.out_proj = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:  # [B, P, D] -> [B, P, D]
        q, k, v = (
            proj(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for proj in (self.q_proj, self.k_proj, self.v_proj)
        )
        return self.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))


class VisionMlp(nn.Module):
    """Two layers with GELU (tanh)."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


class VisionLayer(nn.Module):
    """Pre-norm transformer block."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.self_attn = VisionAttention(config)
        self.layer_norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.mlp = VisionMlp(config)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class VisionEncoder(nn.Module):
    """The stack of blocks; a module of its own only for the sake of parameter names."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(VisionLayer(config) for _ in range(config.num_hidden_layers))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class VisionTransformer(nn.Module):
    """Pixels [B, 3, H, W] -> patch features [B, P, D] after the last layer norm."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = VisionEmbeddings(config)
        self.encoder = VisionEncoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.apply(_initialise)
        for layer in self.encoder.layers:  # blocks start as the identity, so the stem learns first
            nn.init.zeros_(layer.self_attn.out_proj.weight)
            nn.init.zeros_(layer.mlp.fc2.weight)
        # Convolutions run about three times faster in this layout on processors.
        self.to(memory_format=torch.channels_last)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.post_layernorm(self.encoder(self.embeddings(pixels)))


def _initialise(module: nn.Module) -> None:
    """Truncated normal 0.02 for linear maps and positions, He for convolutions, zero biases."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.trunc_normal_(module.weight, std=0.02)
