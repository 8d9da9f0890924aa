"""Peak memory of scoring 100,000 and 1,000,000 generated rows, CSV to JSONL, stub backend.

``python benchmarks/memory.py`` prints both peaks and their ratio; the network is left out, so that
reading, the scoring loop and writing are what is measured.
"""

import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from labels.writers import open_table
from models.backend import Floats, Ints
from models.bundle import load_bundle
from models.predictor import Predictor
from models.registry import Registry
from serving.scoring import FileScorer

SIZES = (100_000, 1_000_000)


class StubBackend:
    """Logits from the token ids, at no cost."""

    def __init__(self, labels: int) -> None:
        self._labels = labels

    def logits(self, ids: Ints, mask: Ints, types: Ints) -> Floats:
        del mask, types
        return np.repeat(ids.sum(1, keepdims=True) % 7 - 3, self._labels, axis=1).astype(np.float32)


def score(source: Path, target: Path) -> int:
    """Score one file and return the peak resident memory of this process, in KiB."""
    bundle = load_bundle(Registry().find("default"))
    predictor = Predictor(bundle, StubBackend(len(bundle.codebook.ids)))
    scorer = FileScorer(predictor, {}, flat=False)
    with open_table(target, {}) as write:
        for row in scorer.rows([source]):
            write(row)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def generate(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "actor", "text"])
        for n in range(rows):
            table.writerow(
                [n, ("US", "RU")[n % 2], f"Row {n} of the ministry's list. " * (1 + n % 4)]
            )


def main() -> None:
    if len(sys.argv) == 3:
        print(score(Path(sys.argv[1]), Path(sys.argv[2])))
        return
    peaks: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            source, target = Path(folder) / "in.csv", Path(folder) / "out.jsonl"
            generate(source, rows)
            started = time.monotonic()
            command = [sys.executable, __file__, str(source), str(target)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            peaks.append(int(done.stdout))
            with target.open("rb") as lines:
                assert sum(1 for _ in lines) == rows
            seconds = time.monotonic() - started
            print(f"{rows:>9,} rows: peak {peaks[-1] / 1024:.0f} MiB, {seconds:.0f} s", flush=True)
    print(f"ratio {peaks[1] / peaks[0]:.3f}")


if __name__ == "__main__":
    main()
