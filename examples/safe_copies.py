"""A copy without secrets of every dump in a folder; what cannot be proven clean is left out.

python examples/safe_copies.py FOLDER INTO
"""

import sys
from pathlib import Path

import plugsmith
from plugsmith.errors import PlugsmithError


def main() -> None:
    verb = plugsmith.verb("dump sanitize")
    into = Path(sys.argv[2])
    into.mkdir(exist_ok=True)
    for dump in sorted(Path(sys.argv[1]).glob("*.bin")):
        request = verb.request_type(file=str(dump), output=into / dump.name)
        try:
            proof = verb.run(plugsmith.Session(), request).proof
        except PlugsmithError as error:
            print(f"{dump.name}: left out, {error.code}")
        else:
            print(f"{dump.name}: clean, {proof.secrets_left} secrets left")


if __name__ == "__main__":
    main()
