"""CLIP: both towers with projections."""

import torch
from common import Taps, channels_last, randomise, save
from transformers import CLIPConfig, CLIPModel

SEED = 31
EOS = 79
config = CLIPConfig(
    vision_config=dict(
        hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=16
    ),
    text_config=dict(
        vocab_size=80,
        hidden_size=24,
        intermediate_size=40,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=20,
        pad_token_id=EOS,
        bos_token_id=78,
        eos_token_id=EOS,
    ),
    projection_dim=16,
    attn_implementation="eager",
)
model = CLIPModel(config).eval()
randomise(model, SEED)

generator = torch.Generator().manual_seed(SEED + 1)
pixels = torch.randn(2, 3, 32, 32, generator=generator)
texts = [[78, 17, 60, EOS], [78, 8, 7, 44, 23, 71, EOS]]
length = 16
padded = torch.tensor([text + [EOS] * (length - len(text)) for text in texts])
mask = torch.tensor([[1] * len(text) + [0] * (length - len(text)) for text in texts])

taps = Taps()
taps.watch(model.vision_model.embeddings, "vision.embeddings")
for index, layer in enumerate(model.vision_model.encoder.layers):
    taps.watch(layer, f"vision.layers.{index}")
taps.watch(model.vision_model.post_layernorm, "vision.pooled")
taps.watch(model.text_model.embeddings, "text.embeddings")
out = model(input_ids=padded, attention_mask=mask, pixel_values=pixels)

values = {f"tap/{name}": value for name, value in taps.values.items()}
values |= {
    "tap/text.pooled": model.text_model(input_ids=padded, attention_mask=mask).pooler_output,
    "pixels": channels_last(pixels),
    "image_vectors": out.image_embeds,
    "text_vectors": out.text_embeds,
    **{f"text/{index}": torch.tensor(text) for index, text in enumerate(texts)},
}
save("clip", config.to_dict(), model.state_dict(), values, SEED)
