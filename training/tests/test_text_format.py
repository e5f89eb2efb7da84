"""Printer and parser of the selector's text are inverse, and the tokenizer keeps the text."""

import pytest

from common.tokenizer import train_tokenizer
from selector.examples import LossWeights, View, Vocabulary, token_weights
from selector.prompt import (
    QUESTIONS,
    TAGS,
    WORDS,
    flip_answers,
    parse_response,
    print_prompt,
    print_response,
)

ANSWERS = {
    "q1": "NO",
    "q2": "NO",
    **dict.fromkeys(("q3", "q4", "q5", "q6", "q7", "q8", "q9"), "A<B"),
    "q10": "B",
}
REASONS = {q: f'B says "Built to last", 经久耐用 {q}' for q in QUESTIONS}


def test_parser_undoes_the_printer() -> None:
    parsed = parse_response(print_response(ANSWERS, REASONS, "B"))
    assert parsed.well_formed
    assert (parsed.answers, parsed.reasons, parsed.label) == (ANSWERS, REASONS, "B")


def test_a_gated_response_may_stop_early() -> None:
    text = print_response({"q1": "YES"}, {"q1": "Same mug, same words"}, "A")
    assert parse_response(text).well_formed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("</think>", ""),
        lambda text: text.replace("Q4 A<B", "Q4 YES"),
        lambda text: text.replace("Q5 ", "Q4 "),
        lambda text: text.replace("<answer>B", "<answer>A"),
        lambda text: text.split("Q9")[0],
        lambda text: text.replace("\nQ3 A<B", "\n"),
    ],
)
def test_spoiled_responses_are_not_well_formed(spoil) -> None:
    assert not parse_response(spoil(print_response(ANSWERS, REASONS, "B"))).well_formed


def test_flipping_twice_changes_nothing() -> None:
    assert flip_answers(ANSWERS)["q3"] == "A>B"
    assert flip_answers(flip_answers(ANSWERS)) == ANSWERS


def test_prompt_has_the_agreed_form() -> None:
    prompt = print_prompt("en", ["red mug", "cheap mug"], "A mug", 2)
    image = "<fake_token_around_image><global-img><image><image><fake_token_around_image>"
    assert prompt == (
        "<|im_start|>User:Language: en\nQueries: red mug | cheap mug\nTitle: A mug\n"
        f"A:{image}\nB:{image}\nProtocol: Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8 Q9 Q10<end_of_utterance>\n"
        "Assistant:"
    )


def test_tokenizer_keeps_the_text_and_weighs_the_answers() -> None:
    text = print_response(ANSWERS, REASONS, "B")
    vocabulary = Vocabulary(train_tokenizer([text] * 20, 420, tags=TAGS, words=WORDS))
    ids = vocabulary.encode(text)
    assert vocabulary.decode(ids) == text
    assert all(vocabulary.encode(word) == [vocabulary.id(word)] for word in (*WORDS, *TAGS))
    weights = token_weights(ids, vocabulary, LossWeights(answer=6, final=7, reason=1))
    # Nine tagged answers, the letter of Q10, and the final letter.
    assert (weights.count(6), weights.count(7)) == (10, 1)
    assert vocabulary.decode([ids[weights.index(7)]]) == "B"


def test_a_view_in_the_other_order_exchanges_everything() -> None:
    pair = {"a": "x", "b": "y", "label": "A", "answers": {"q3": "A>B", "q10": "A"}}
    view = View(pair, "BA", "en")
    assert view.sides == ("y", "x")
    assert view.label == "B"
    assert view.answers == {"q3": "A<B", "q10": "B"}
