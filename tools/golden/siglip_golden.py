"""SigLIP: image tower with attention pooling, and text tower."""

import torch
from common import Taps, channels_last, randomise, save
from transformers import SiglipConfig, SiglipModel

SEED = 21
PAD = 1
config = SiglipConfig(
    vision_config=dict(
        hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8
    ),
    text_config=dict(
        vocab_size=80,
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=16,
        projection_size=24,
        pad_token_id=PAD,
        bos_token_id=2,
        eos_token_id=3,
    ),
    attn_implementation="eager",
)
model = SiglipModel(config).eval()
randomise(model, SEED)

generator = torch.Generator().manual_seed(SEED + 1)
pixels = torch.randn(2, 3, 32, 32, generator=generator)
texts = [[5, 17, 60, 3], [9, 8, 7, 44, 23, 71, 3]]
padded = torch.tensor([text + [PAD] * (16 - len(text)) for text in texts])

taps = Taps()
taps.watch(model.vision_model.embeddings, "vision.embeddings")
for index, layer in enumerate(model.vision_model.encoder.layers):
    taps.watch(layer, f"vision.layers.{index}")
taps.watch(model.vision_model.post_layernorm, "vision.post_layernorm")
taps.watch(model.vision_model.head.attention, "vision.head.attention")
taps.watch(model.vision_model.head, "vision.head")
taps.watch(model.text_model.embeddings, "text.embeddings")
for index, layer in enumerate(model.text_model.encoder.layers):
    taps.watch(layer, f"text.layers.{index}")
taps.watch(model.text_model.final_layer_norm, "text.final_layer_norm")
out = model(input_ids=padded, pixel_values=pixels)

values = {f"tap/{name}": value for name, value in taps.values.items()}
values |= {
    "pixels": channels_last(pixels),
    "image_vectors": out.image_embeds,
    "text_vectors": out.text_embeds,
    **{f"text/{index}": torch.tensor(text) for index, text in enumerate(texts)},
}
save("siglip", config.to_dict(), model.state_dict(), values, SEED)
