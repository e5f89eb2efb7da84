"""The Python checker of reasons judges as the TypeScript one does, on the shared fixture."""

import json

from selector.grammar import GRAMMAR, check_reason, true_facts

FIXTURE = GRAMMAR.with_name("fixture.jsonl")


def cases() -> list[dict]:
    return [json.loads(line) for line in FIXTURE.read_text("utf-8").splitlines()]


def said(row: dict) -> tuple:
    """What both measures take."""
    facts = {side: row[side] for side in ("a", "b", "p")}
    return row["q"], row["answer"], row["text"], row["language"], facts


def test_verdicts_equal_the_fixture() -> None:
    rows = cases()
    differing = [
        (row["q"], row["text"], row["expected"], verdict)
        for row in rows
        for verdict in [check_reason(*said(row))]
        if verdict != row["expected"]
    ]
    assert differing == []
    assert {row["expected"] for row in rows} == {"true", "false", "unparsed"}


def test_true_facts_equal_the_fixture() -> None:
    differing = [
        (row["q"], row["text"], row["facts"], counted)
        for row in cases()
        for counted in [list(true_facts(*said(row)))]
        if counted != row["facts"]
    ]
    assert differing == []
