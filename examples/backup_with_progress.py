"""A proven backup of the chip on a port, with a line for each tenth; every error has its next step.

python examples/backup_with_progress.py /dev/ttyUSB0
python examples/backup_with_progress.py sim://bk7231t
"""

import sys

import plugsmith
from plugsmith.errors import PlugsmithError
from plugsmith.events import Progress


class Tenths:
    """An event sink: gets all that happens; this one only looks at the progress of the reading."""

    def __init__(self) -> None:
        self.shown = -1

    def emit(self, event: object) -> None:
        if isinstance(event, Progress) and event.task == "backup" and event.total:
            tenth = 10 * event.done // event.total
            if tenth > self.shown:
                self.shown = tenth
                print(f"{tenth * 10} %")


def main() -> int:
    verb = plugsmith.verb("backup")
    try:
        found = verb.run(plugsmith.Session(sink=Tenths()), verb.request_type(port=sys.argv[1]))
    except PlugsmithError as error:
        print(f"{error.code}: {error}\n{error.hint}", file=sys.stderr)
        return int(error.exit_code)
    print(found.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
