"""The Python checker of reasons gives the verdicts of the TypeScript one on the shared fixture."""

import json
from pathlib import Path

import pytest

from selector.grammar import GRAMMAR, check_reason

FIXTURE = GRAMMAR.with_name("fixture.jsonl")


def cases() -> list[dict]:
    return [json.loads(line) for line in FIXTURE.read_text("utf-8").splitlines()]


@pytest.mark.skipif(not Path(FIXTURE).exists(), reason="tools/creatives has no fixture.jsonl")
def test_verdicts_equal_the_fixture() -> None:
    rows = cases()
    differing = [
        (row["q"], row["text"], row["expected"], verdict)
        for row in rows
        for verdict in [
            check_reason(
                row["q"],
                row["answer"],
                row["text"],
                row["language"],
                {side: row[side] for side in ("a", "b", "p")},
            )
        ]
        if verdict != row["expected"]
    ]
    assert differing == []
    assert {row["expected"] for row in rows} == {"true", "false", "unparsed"}
