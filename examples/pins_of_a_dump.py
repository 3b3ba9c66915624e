"""Which pin does what: read a dump and print one line a pin.

python examples/pins_of_a_dump.py plug.bin
"""

import sys

import plugsmith


def main() -> None:
    verb = plugsmith.verb("dump config")
    found = verb.run(plugsmith.Session(), verb.request_type(files=(sys.argv[1],)))
    print(f"{found.module}: {found.confidence}")
    for pin, role in found.template["pins"].items():
        print(f"P{pin} {role}")


if __name__ == "__main__":
    main()
