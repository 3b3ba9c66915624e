"""Results of the `template` verbs for people. Texts of other people's lists are already clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact


def findings_text(data: dict[str, Fact]) -> str:
    """One finding a paragraph: level, what, what to do."""
    lines: list[str] = []
    for item in _objects(data.get("findings")):
        lines.append(f"{_level(str(item['level']))}: {item['text']}")
        lines.append(f"  {item['fix']} ({item['rule']})")
    return "\n".join(lines) or _("Nothing is wrong with this template.")


def hits_text(data: dict[str, Fact]) -> str:
    """The hits of a search, one a line."""
    hits = _objects(data.get("hits"))
    if not hits:
        return _("No device of the catalogue fits.") + _advice(data)
    lines = [f"{_title(hit)}\n  {hit['id']}" for hit in hits]
    if data.get("more"):
        lines.append(_("There are more: add words, or raise --limit."))
    return "\n".join(lines) + _advice(data)


def match_text(data: dict[str, Fact]) -> str:
    """The verdict, then each candidate with its reasons, then pins that nobody else uses so."""
    lines = [str(data["verdict"])]
    for hit in _objects(data.get("hits")):
        lines += ["", f"{_percent(hit['score'])}  {_title(hit)}", f"  {hit['id']}"]
        lines += [f"  - {reason}" for reason in _texts(hit.get("why"))]
    unusual = _texts(data.get("unusual"))
    if unusual:
        lines += ["", _("Unusual pins:"), *(f"  - {text}" for text in unusual)]
    return "\n".join(lines) + _advice(data)


def entry_text(data: dict[str, Fact]) -> str:
    """One device of the catalogue."""
    lines = [
        table(
            [
                (_("Device"), str(data.get("title") or "")),
                (_("Model"), str(data.get("model") or "")),
                (_("Chip"), str(data.get("chip") or "")),
                (_("Module"), str(data.get("board") or "")),
                (_("Id"), str(data.get("id") or "")),
                (_("From the list"), str(data.get("source") or "")),
                (_("Licence"), str(data.get("licence") or "")),
            ]
        ),
        "",
        str(data.get("text") or ""),
    ]
    corrections = _objects(data.get("corrections"))
    if corrections:
        lines.append(_("Corrected while importing:"))
        lines += [f"  - {item['text']} ({item['rule']})" for item in corrections]
    findings = _objects(data.get("findings"))
    if findings:
        lines += ["", _("Checks:"), findings_text(data)]
    return "\n".join(lines)


def update_text(data: dict[str, Fact]) -> str:
    """What an import did, with every correction counted."""
    lines = [
        _(
            "List {source}: {total} devices, {usable} usable; {added} new, {changed} changed, "
            "{unchanged} as before, {removed} removed.",
            **{key: data.get(key) for key in _COUNTS},
        )
    ]
    rows = _objects(data.get("corrections_list"))
    if rows:
        lines += ["", _("Corrected:")]
        lines += [f"  {item['count']:>5}  {item['text']} ({item['rule']})" for item in rows]
    rejected = data.get("rejected")
    if isinstance(rejected, dict) and rejected:
        lines += ["", _("Kept, but not usable:")]
        lines += [f"  {count:>5}  {reason}" for reason, count in rejected.items()]
    unreadable = _texts(data.get("unreadable"))
    if unreadable:
        lines += ["", _("Files that are no device:"), *(f"  {name}" for name in unreadable)]
    lines += ["", _("Licence of the list: {licence}", licence=data.get("licence"))]
    return "\n".join(lines)


def sources_text(data: dict[str, Fact]) -> str:
    """The lists in the catalogue."""
    lines = [
        _(
            "{name}: {total} devices, {location}, {fetched}; licence: {licence}",
            **{key: item.get(key) for key in ("name", "total", "location", "licence")},
            fetched=item.get("fetched") or "-",
        )
        for item in _objects(data.get("sources"))
    ]
    lines += ["", str(data.get("hint") or "")]
    return "\n".join(lines)


_COUNTS = ("source", "total", "usable", "added", "changed", "unchanged", "removed")


def _title(hit: dict[str, Fact]) -> str:
    facts = [str(hit[key]) for key in ("chip", "board", "meter") if hit.get(key)]
    vendor, name = str(hit.get("vendor") or ""), str(hit.get("name") or "")
    whole = name if name.casefold().startswith(vendor.casefold()) else f"{vendor} {name}".strip()
    return f"{whole} ({', '.join(facts)})" if facts else whole


def _percent(score: Fact) -> str:
    return f"{round(100 * float(str(score))):3d} %"


def _advice(data: dict[str, Fact]) -> str:
    hint = data.get("hint")
    return f"\n\n{hint}" if hint else ""


def _objects(value: Fact) -> list[dict[str, Fact]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: Fact) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _level(name: str) -> str:
    return {"error": _("Error"), "warning": _("Warning"), "info": _("Note")}.get(name, name)
