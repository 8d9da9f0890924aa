"""From a cold process to the first score: seconds, peak memory, what was loaded; median of five."""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PROBE = """
import resource, sys, time
started = time.monotonic()
sys.argv = ["faultline", "score", {source!r}, "-o", {target!r}]
from serving.cli import app
try:
    app(standalone_mode=False)
finally:
    import json
    heavy = [m for m in ("torch", "transformers", "datasets", "pyarrow") if m in sys.modules]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({{"seconds": time.monotonic() - started, "peak_mib": peak, "heavy": heavy}}))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "one.csv", Path(folder) / "out.jsonl"
        source.write_text("text\nThey moved missiles up to our borders.\n")
        probe = PROBE.format(source=str(source), target=str(target))
        runs = []
        for _ in range(5):
            done = subprocess.run(
                [sys.executable, "-c", probe], check=True, capture_output=True, text=True
            )
            runs.append(json.loads(done.stdout.splitlines()[-1]))
    print(f"first score after {statistics.median(r['seconds'] for r in runs):.2f} s")
    print(f"peak memory {statistics.median(r['peak_mib'] for r in runs):.0f} MiB")
    print(f"heavy libraries loaded: {runs[0]['heavy'] or 'none'}")


if __name__ == "__main__":
    main()
