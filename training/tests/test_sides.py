"""After the sides are set, layer 1 has heads that read one picture each."""

from dataclasses import replace

import torch

from common.idefics3 import MultimodalModel
from common.tokenizer import train_tokenizer
from selector.examples import Vocabulary
from selector.prompt import TAGS, WORDS, print_prompt
from selector.recipes import CPU, model_config
from selector.sides import set_sides, side_shares


def test_heads_read_one_side_each() -> None:
    torch.manual_seed(3)
    prompt = print_prompt("en", ["red mug", "cheap mug"], "Nori Waterproof Red Mug", 25)
    vocabulary = Vocabulary(train_tokenizer([prompt] * 9, 420, tags=TAGS, words=WORDS))
    size = vocabulary.tokenizer.get_vocab_size()
    config = model_config(CPU, size, vocabulary.image)
    model = MultimodalModel(replace(config, vision=replace(config.vision, stem=(8, 8, 8, 8, 8))))
    # Features as a layer norm leaves them: unit variance around a mean that is not zero.
    features = torch.randn(300, 25, 256) + torch.randn(256) * 0.5
    targets = features.mean(1) @ torch.randn(256, 40)
    set_sides(model, vocabulary, features, targets)
    ids = torch.tensor([vocabulary.encode(prompt + "<think>\nQ1 NO\nQ2 NO\nQ3")])
    shares = side_shares(model, ids, features[None, :2])
    for reads_a, reads_b in ((0, 1), (3, 4)):
        assert shares["a"][reads_a] > 0.6
        assert shares["b"][reads_a] < 0.1
        assert shares["b"][reads_b] > 0.6
        assert shares["a"][reads_b] < 0.1
