"""Vision tower + pixel-shuffle connector + text model, under the names of Idefics3.

Without a stem the state dict and config.json load in transformers'
`Idefics3ForConditionalGeneration` and give equal logits (tests/test_idefics3.py).
"""

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from common.decoder import FeedForwardFactory, SwiGlu, TextConfig, TextModel
from common.vision import VisionConfig, VisionTransformer


@dataclass(frozen=True)
class MultimodalConfig:
    """A vision tower, a text model and the connector between them."""

    vision: VisionConfig
    text: TextConfig
    scale_factor: int
    image_token_id: int
    answer_temperature: float = 1.0  # ours: the verdict's logits are divided by it

    @property
    def image_tokens(self) -> int:
        """Tokens an image takes in the text model."""
        return (self.vision.grid // self.scale_factor) ** 2

    def to_hf(self, model_type: str, architecture: str, special: dict[str, int]) -> dict:
        """The whole config.json."""
        return {
            "architectures": [architecture],
            "model_type": model_type,
            "scale_factor": self.scale_factor,
            "image_token_id": self.image_token_id,
            "tie_word_embeddings": True,
            **({} if self.answer_temperature == 1 else self._calibration()),
            **special,
            "vision_config": self.vision.to_hf(),
            "text_config": self.text.to_hf(special),
        }

    @staticmethod
    def from_hf(config: dict) -> "MultimodalConfig":
        """Reads config.json back."""
        return MultimodalConfig(
            vision=VisionConfig.from_hf(config["vision_config"]),
            text=TextConfig.from_hf(config["text_config"]),
            scale_factor=config["scale_factor"],
            image_token_id=config["image_token_id"],
            answer_temperature=config.get("answer_temperature", 1.0),
        )

    def _calibration(self) -> dict:
        return {"answer_temperature": self.answer_temperature}


class ModalityProjection(nn.Module):
    """One linear map without bias; a module of its own for the sake of parameter names."""

    def __init__(self, size_in: int, size_out: int) -> None:
        super().__init__()
        self.proj = nn.Linear(size_in, size_out, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.proj(x)


class Connector(nn.Module):
    """Pixel shuffle: s x s neighbours become one token of s^2 D channels, then a linear map."""

    def __init__(self, config: MultimodalConfig) -> None:
        super().__init__()
        self.scale = config.scale_factor
        self.modality_projection = ModalityProjection(
            config.vision.hidden_size * self.scale**2, config.text.hidden_size
        )
        nn.init.normal_(self.modality_projection.proj.weight, std=0.02)

    def forward(self, features: Tensor) -> Tensor:  # [B, P, D] -> [B, P/s^2, C]
        batch, patches, width = features.shape
        side, s = int(patches**0.5), self.scale
        # Rows and columns split into (block, offset); channels are ordered row offset first.
        x = features.view(batch, side // s, s, side // s, s, width)
        x = x.permute(0, 1, 3, 2, 4, 5).reshape(batch, (side // s) ** 2, s * s * width)
        return self.modality_projection(x)


class MultimodalBody(nn.Module):
    """The three parts; `model.*` in the state dict."""

    def __init__(
        self, config: MultimodalConfig, feed_forward: FeedForwardFactory, feed_forward_name: str
    ) -> None:
        super().__init__()
        self.vision_model = VisionTransformer(config.vision)
        self.connector = Connector(config)
        self.text_model = TextModel(config.text, feed_forward, feed_forward_name)


class MultimodalModel(nn.Module):
    """Idefics3 with tied output weights."""

    def __init__(
        self,
        config: MultimodalConfig,
        feed_forward: FeedForwardFactory = SwiGlu,
        feed_forward_name: str = "mlp",
    ) -> None:
        super().__init__()
        self.config = config
        self.model = MultimodalBody(config, feed_forward, feed_forward_name)

    def embed(self, ids: Tensor, image_features: Tensor | None) -> Tensor:
        """Token embeddings with image tokens replaced.

        ids: [B, T]; image_features: [images, P, D] of the vision tower, in reading order over the
        batch, or None for text alone. Returns [B, T, C].
        """
        embeddings = self.model.text_model.embed_tokens(ids)
        if image_features is None:
            return embeddings
        tokens = self.model.connector(image_features).flatten(0, 1)
        where = (ids == self.config.image_token_id).unsqueeze(-1)
        return embeddings.masked_scatter(where, tokens.to(embeddings.dtype))

    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states [..., C] -> scores over the vocabulary [..., V] (tied weights)."""
        return F.linear(hidden, self.model.text_model.embed_tokens.weight)
