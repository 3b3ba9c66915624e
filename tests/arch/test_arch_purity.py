"""Purity, third-party walls, names and sizes of modules, read from the syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from source_trees import tree

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCE = REPOSITORY / "src" / "plugsmith"
MODULES = sorted(SOURCE.rglob("*.py"))
PURE_PACKAGES = (
    "chips",
    "image",
    "tuya",
    "openbeken",
    "device",
    "dump",
    "interpret",
    "export",
    "forge",
)
PURE_MODULES = ("boot/protocol/frames.py", "boot/protocol/commands.py")
READS_PACKAGED_DATA = {"chips/tables.py": ("pathlib", "read_text")}  # its own TOML files only
IMPURE_IMPORTS = {
    "time",
    "threading",
    "asyncio",
    "socket",
    "subprocess",
    "multiprocessing",
    "selectors",
    "signal",
    "secrets",
    "tempfile",
    "shutil",
    "urllib.request",
    "http.client",
    "os",
    "pathlib",
}
IMPURE_NAMES = {"os.environ", "os.getenv", "datetime.now", "datetime.today", "date.today"}
IMPURE_CALLS = {"open", "input", "print"}
IMPURE_METHODS = {"read_bytes", "read_text", "write_bytes", "write_text", "unlink", "mkdir"}
WALLS = {
    "serialx": ("link/",),
    "Crypto": ("image/aes.py",),
    "fastcrc": (),
    "rich": ("cli/",),
    "typer": ("cli/",),
    "click": (),
    "httpx2": ("lan/",),
    "ruamel": ("flows/settings/yaml_file.py", "export/esphome/config.py"),
    "zeroconf": ("lan/",),
    "aiomqtt": ("lan/broker.py",),
    "keyring": ("flows/settings/secret_place.py",),
    "sqlite3": ("library/",),
    "platformdirs": ("library/",),
    "unicorn": ("emu/",),
    "usb": ("spi/adapters/",),
    "libusb_package": ("spi/adapters/",),
    "pyftdi": ("spi/adapters/",),
    "gpiod": ("spi/adapters/",),
    "babel": (),
    "pydantic": (),
}
FORBIDDEN_NAMES = {
    "util",
    "utils",
    "common",
    "helper",
    "helpers",
    "misc",
    "shared",
    "stuff",
    "core",
    "lib",
    "manager",
    "tools",
}
HARD_LIMIT = 350
FOLDER_LIMIT = 20


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def names_in(expression: ast.expr) -> set[str]:
    """Names and attributes of an expression."""
    nodes = list(ast.walk(expression))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


@cache
def imports(module: ast.Module) -> set[str]:
    """Every module that is imported anywhere, also inside functions; not for type checking only."""
    found: set[str] = set()
    skipped = {
        id(inner)
        for node in ast.walk(module)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in names_in(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(module):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def impurities(path: Path) -> list[str]:
    """What a module does that a pure one must not."""
    module = tree(path)
    found = [f"imports {name}" for name in sorted(imports(module) & IMPURE_IMPORTS)]
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            named = f"{node.value.id}.{node.attr}"
            if named in IMPURE_NAMES:
                found.append(f"line {node.lineno}: {named}")
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            found.append(f"line {node.lineno}: {node.func.id}()")
        if isinstance(node.func, ast.Attribute) and node.func.attr in IMPURE_METHODS:
            found.append(f"line {node.lineno}: .{node.func.attr}()")
    return found


def pure_modules() -> list[Path]:
    return [
        path
        for path in MODULES
        if name_of(path).split("/")[0] in PURE_PACKAGES or name_of(path) in PURE_MODULES
    ]


def test_pure_modules_touch_nothing_outside():
    found = [
        f"{name_of(path)}: {item}"
        for path in pure_modules()
        for item in impurities(path)
        if not any(word in item for word in READS_PACKAGED_DATA.get(name_of(path), ()))
    ]
    assert found == []


@pytest.mark.slow
def test_third_parties_stay_behind_their_walls():
    found = []
    for path in MODULES:
        top = {name.partition(".")[0] for name in imports(tree(path))}
        found += [
            f"{library} is not for {name_of(path)}"
            for library, places in WALLS.items()
            if library in top and not name_of(path).startswith(places or ("(nowhere)",))
        ]
    assert found == []


def test_modules_are_named_after_a_noun_and_stay_small():
    lines = {name_of(path): path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert {name: count for name, count in lines.items() if count > HARD_LIMIT} == {}
    parts = {name: {*Path(name).with_suffix("").parts} for name in lines}
    assert {name: words for name, words in parts.items() if words & FORBIDDEN_NAMES} == {}


def test_modules_say_what_they_are_and_delay_annotations():
    exempt = {"__main__.py", "__init__.py", "errors/__init__.py"}
    assert [name_of(path) for path in MODULES if not ast.get_docstring(tree(path))] == []
    assert [
        name_of(path)
        for path in MODULES
        if any(not isinstance(node, ast.ImportFrom) for node in tree(path).body[1:])
        and not _delays_annotations(tree(path))
        and name_of(path) not in exempt
    ] == []


def _delays_annotations(module: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in module.body
    )


def test_no_folder_holds_more_modules_than_a_reader_can_scan():
    counts: dict[str, int] = {}
    for path in MODULES:
        if path.stem != "__init__":
            folder = path.relative_to(SOURCE).parent.as_posix()
            counts[folder] = counts.get(folder, 0) + 1
    crowded = {folder: count for folder, count in counts.items() if count > FOLDER_LIMIT}
    assert not crowded


def test_test_files_have_names_of_their_own():
    names = [path.name for path in (REPOSITORY / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_the_scan_sees_impurity():
    module = ast.parse("import time\ndef f():\n    import socket\n")
    assert imports(module) & IMPURE_IMPORTS == {"time", "socket"}


def test_json_with_letters_of_every_script_is_written_in_one_place():
    """`visible.json_text` also takes care of what a terminal or an editor would obey."""
    others = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if "ensure_ascii=False" in path.read_text(encoding="utf-8")
    }
    assert {name for name in others if not name.startswith("sim/")} == {"visible.py"}
