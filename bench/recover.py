"""Pin recovery: CPU time after start-up, ours beside bk7231tools on the same files.

Ours is the whole of `dump config` on one file (search, checks, comparison, firmware defaults,
template); theirs is finding and unpacking the store in-process. Budgets: 60 ms for a clean 2 MiB
dump, 150 ms for the full damage path.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from pathlib import Path

from plugsmith.dump.recovery.recover import recover
from plugsmith.interpret.recovered import recovery_data

REPOSITORY = Path(__file__).resolve().parent.parent
PEER = REPOSITORY / ".peers" / "bk7231tools" / "bin" / "python"
CLEAN_MS, DAMAGED_MS = 60, 150
ROUNDS = 3

_PEER_CODE = """
import json, sys, time
from bk7231tools.analysis.kvstorage import KVStorage
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    begin = time.process_time()
    try:
        _, found = KVStorage.find_storage(data)
        values = KVStorage.decrypt_and_unpack(found).read_all_values_parsed()
        got = "user_param_key" in values
    except Exception:
        got = False
    print(json.dumps([(time.process_time() - begin) * 1000, got]))
"""


def corpus_files() -> list[Path]:
    """The factory dumps of the corpus, if it is there."""
    default = REPOSITORY.parent / "shared" / "corpus"
    root = Path(os.environ.get("PLUGSMITH_CORPUS", default))
    return sorted((root / "factory").glob("*.bin"))


def ours_ms(data: bytes) -> tuple[float, bool]:
    """Best of some rounds, and whether a configuration was found."""
    times = []
    found = False
    for _ in range(ROUNDS):
        begin = time.process_time()
        found = recovery_data(recover(data))["status"] == "found"
        times.append((time.process_time() - begin) * 1000)
    return min(times), found


def peer_rows(files: list[Path]) -> list[tuple[float, bool]]:
    """The same from bk7231tools; empty where it is not installed (`make peers`)."""
    if not PEER.exists():
        return []
    command = [str(PEER), "-c", _PEER_CODE, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def damaged(data: bytes) -> dict[str, bytes]:
    """Ways of damage that lead through the whole search."""
    key = data.find(bytes.fromhex("46dced0e672f3b70ae1276a3f8712e03")) - 32
    blank = b"\xff" * 0x1000
    return {
        "key block erased": data[:key] + blank + data[key + 0x1000 :],
        "store erased": data[:key] + b"\xff" * (len(data) - key),
        "13 bytes in front": b"x" * 13 + data,
        "first 1.5 MiB": data[:0x18_0000],
    }


def main(*, full: bool = False) -> bool:
    """Print the table; True if the budgets hold."""
    files = [path for path in corpus_files() if path.stat().st_size == 0x20_0000]
    if not files:
        print("recover: no corpus, nothing measured")
        return True
    contents = [path.read_bytes() for path in files]
    clean = [ours_ms(data) for data in contents]
    peers = peer_rows(files)
    _line("clean dumps", [ms for ms, _found in clean], CLEAN_MS)
    print(f"  found: ours {sum(found for _ms, found in clean)} of {len(files)}", end="")
    if peers:
        theirs = [ms for ms, _found in peers]
        ratio = statistics.median(theirs) / statistics.median(ms for ms, _found in clean)
        print(f", bk7231tools {sum(found for _ms, found in peers)}")
        print(f"  bk7231tools: median {statistics.median(theirs):.0f} ms, {ratio:.1f} times ours")
    else:
        print(" (no .peers/bk7231tools: run `make peers`)")
    sample = contents if full else contents[::4]
    for kind in damaged(sample[0]):
        _line(kind, [ours_ms(damaged(data)[kind])[0] for data in sample], DAMAGED_MS)
    return max(ms for ms, _found in clean) <= CLEAN_MS


def _line(title: str, times: list[float], budget: int) -> None:
    worst = max(times)
    verdict = "ok" if worst <= budget else "OVER"
    median = statistics.median(times)
    print(f"{title:20} median {median:5.1f} ms, worst {worst:5.1f} ms, budget {budget}: {verdict}")


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
