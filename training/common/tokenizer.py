"""Byte-level BPE tokenizers, trained on the text a recipe generates."""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

PAD = "<pad>"
START = "<|im_start|>"
END = "<end_of_utterance>"
IMAGE_EDGE = "<fake_token_around_image>"
IMAGE_GLOBAL = "<global-img>"
IMAGE = "<image>"
SPECIAL = (PAD, START, END, IMAGE_EDGE, IMAGE_GLOBAL, IMAGE)


def train_tokenizer(
    texts: Iterable[str], vocab_size: int, tags: tuple[str, ...] = (), words: tuple[str, ...] = ()
) -> Tokenizer:
    """Learns merges from `texts`.

    tags: further special tokens. words: ordinary text that must stay one token.
    Ids: special tokens first, then bytes and merges, then `words`.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - len(words),
        special_tokens=[*SPECIAL, *tags],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(word, normalized=False) for word in words])
    return tokenizer


def tokenizer_config(length: int) -> dict:
    """tokenizer_config.json beside tokenizer.json; length: the model's positions."""
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": START,
        "eos_token": END,
        "pad_token": PAD,
        "clean_up_tokenization_spaces": False,
        "model_max_length": length,
    }


def special_ids(tokenizer: Tokenizer) -> dict[str, int]:
    """Ids named as config.json names them."""
    return {
        "bos_token_id": tokenizer.token_to_id(START),
        "eos_token_id": tokenizer.token_to_id(END),
        "pad_token_id": tokenizer.token_to_id(PAD),
    }


def load_tokenizer(path: Path) -> Tokenizer:
    """Reads tokenizer.json."""
    return Tokenizer.from_file(str(path))
