"""After the sides are set, heads read one picture each, and pictures speak for their words."""

from dataclasses import replace

import torch

from common.idefics3 import MultimodalModel
from common.tokenizer import train_tokenizer
from selector.examples import Vocabulary
from selector.prompt import TAGS, WORDS, print_prompt
from selector.recipes import CPU, model_config
from selector.sides import Sample, name_words, picture_shares, set_sides

COLOURS = ("red", "blue", "green", "teal")
PAIRS = 200
PROMPT = print_prompt("en", ["red mug", "cheap mug"], "Nori Waterproof Red Mug", 25)


def test_heads_read_one_side_each_and_pictures_speak_for_their_words() -> None:
    torch.manual_seed(3)
    said = " ".join(COLOURS)
    texts = [PROMPT, f"{said} A {said} B {said}"] * 9
    vocabulary = Vocabulary(train_tokenizer(texts, 440, tags=TAGS, words=WORDS))
    colours = [vocabulary.encode(f" {colour}")[-1] for colour in COLOURS]
    assert len(set(colours)) == len(COLOURS)
    size = vocabulary.tokenizer.get_vocab_size()
    config = model_config(CPU, size, vocabulary.image)
    small = replace(config.vision, stem=(8, 8, 8, 8, 8))
    # Without the layer that compares words, which stands behind the first when it is fitted.
    text = replace(config.text, num_hidden_layers=4)
    model = MultimodalModel(replace(config, vision=small, text=text))
    # Features as a layer norm leaves them: unit variance around a mean that is not zero. Each
    # picture has one of four colours.
    shown = torch.randint(len(COLOURS), (2 * PAIRS,))
    looks = torch.randn(len(COLOURS), 256)
    features = torch.randn(2 * PAIRS, 25, 256) + torch.randn(256) * 0.5 + looks[shown, None]
    ids = torch.tensor([vocabulary.encode(PROMPT)] * PAIRS)
    sample = Sample(ids, features)
    words = torch.zeros(2 * PAIRS, size)
    words[range(2 * PAIRS), torch.tensor(colours)[shown]] = 1
    channels = set_sides(model, vocabulary, sample, words[:, colours])
    name_words(model, channels, sample, words, layer=3)

    for letter, spoken in (("A", 0), ("B", 1)):
        text = PROMPT + f"<think>\nQ1 NO In {letter} it is"
        longer = torch.tensor([vocabulary.encode(text)] * PAIRS)
        speaking = Sample(longer, features)
        for layer, heads in ((1, ((0, 0), (1, 1))), (3, ((0, 0), (1, 1), (2, spoken)))):
            shares = picture_shares(model, next(speaking.part(1)), layer)
            for head, side in heads:
                for same in (head, head + 3):  # of both key-value groups
                    assert shares[same, side] > 0.8
                    assert shares[same, 1 - side] < 0.1
        with torch.no_grad():
            scores = model.logits(model.model.text_model.norm(speaking.states(model)[-1][:, -1]))
        told = scores[:, colours].argmax(-1) == shown.view(PAIRS, 2)[:, spoken]
        assert told.float().mean() > 0.9
