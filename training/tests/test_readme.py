"""Every command of README.md is one that its parser accepts."""

import argparse
import importlib
import re
import shlex
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
VARIABLES = re.compile(r"\$(\w+)")


def commands() -> list[str]:
    """The `python -m` lines of the fenced blocks, with variables put in."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    known: dict[str, str] = {"stage": "sft"}
    found = []
    for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
        for name, value in re.findall(r'(\w+)=("[^"]*"|\S+)', line):
            if line.startswith(name) or f" {name}=" in line:
                known[name] = VARIABLES.sub(lambda m: known[m[1]], value.strip('"'))
        if "python -m" in line and "pip" not in line and "venv" not in line:
            found.append(VARIABLES.sub(lambda m: known[m[1]], line.split("python -m ", 1)[1]))
    return found


class ParsedError(Exception):
    """Stops a command once its arguments are read."""


@pytest.mark.parametrize("command", [c for c in commands() if not c.startswith("pytest")])
def test_the_parser_accepts_it(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, *arguments = shlex.split(command)
    parse = argparse.ArgumentParser.parse_args

    def parse_and_stop(parser: argparse.ArgumentParser) -> None:
        parse(parser, arguments)
        raise ParsedError

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_and_stop)
    monkeypatch.setattr(sys, "argv", [module])
    with pytest.raises(ParsedError):
        importlib.import_module(module).main()


def test_commands_were_found() -> None:
    assert len(commands()) > 15
