"""Run logs: JSON lines for machines and a CSV of the same rows for people."""

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any


class RunLog:
    """Appends rows to `<folder>/<name>.jsonl` and `.csv`, and prints them."""

    def __init__(self, folder: Path, name: str, quiet: bool = False) -> None:
        self.quiet = quiet  # workers that do not lead keep no log
        folder.mkdir(parents=True, exist_ok=True)
        self.jsonl = folder / f"{name}.jsonl"
        self.csv = folder / f"{name}.csv"
        self.start = time.monotonic()

    def write(self, **row: Any) -> None:
        """One row. Floats are kept whole in the files and shortened on the screen."""
        if self.quiet:
            return
        row = {"seconds": round(time.monotonic() - self.start, 1), **row}
        with self.jsonl.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._write_csv(row)
        shown = {k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()}
        print(json.dumps(shown, ensure_ascii=False), file=sys.stderr, flush=True)

    def _write_csv(self, row: dict[str, Any]) -> None:
        """Adds a CSV row, rewriting the file when a new column appears."""
        rows: list[dict[str, Any]] = []
        columns: list[str] = []
        if self.csv.exists():
            with self.csv.open(encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file)
                columns = list(reader.fieldnames or [])
                if not set(row) <= set(columns):
                    rows = list(reader)
        if set(row) <= set(columns):
            with self.csv.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, columns).writerow(row)
            return
        columns += [key for key in row if key not in columns]
        with self.csv.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows([*rows, row])
