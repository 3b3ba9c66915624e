"""Pieces of an SVG picture: escaped texts, rectangles, lines, and the style for light and dark."""

from __future__ import annotations

from dataclasses import dataclass, field

from plugsmith.export.output import one_line

FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
LETTER = 7.6  # mean width of a letter at 13 px, on the safe side

# Colours of each kind: fill and border by day, fill by night. Texts stand on the fill, so the
# difference in brightness is kept above 4.5 : 1 in both.
_KINDS = {
    "power": ("#ffd9d2", "#b3261e", "#5c1a14"),
    "key": ("#d6e6ff", "#1d5bb8", "#16355f"),
    "led": ("#d8f5d5", "#1f7a2e", "#17451f"),
    "light": ("#fff0c2", "#8a6100", "#4d3a08"),
    "meter": ("#eadcfb", "#6a3ab2", "#3b2363"),
    "other": ("#e7e7e7", "#5a5a5a", "#3a3a3a"),
    "supply": ("#ffffff", "#3a3a3a", "#202020"),
    "unused": ("#ffffff", "#b5b5b5", "#202020"),
}


def style() -> str:
    """The style sheet: by day, by night and on paper."""
    day = "".join(
        f".k-{name}{{fill:{fill};stroke:{edge}}}" for name, (fill, edge, _) in _KINDS.items()
    )
    night = "".join(f".k-{name}{{fill:{fill}}}" for name, (_, _, fill) in _KINDS.items())
    return (
        f"text{{font-family:{FONT};font-size:13px;fill:#111111}}"
        ".bg{fill:#ffffff}.board{fill:#e9f1ec;stroke:#37474f;stroke-width:1.5}"
        ".shield{fill:#cfd8dc;stroke:#607d8b}.aerial{fill:none;stroke:#607d8b;stroke-width:2}"
        ".pad{fill:#e0b84c;stroke:#37474f}.flash{fill:#111111;stroke:#111111}"
        ".spi{fill:#1d5bb8;stroke:#1d5bb8}.flashtext{fill:#ffffff;font-weight:bold;font-size:11px}"
        ".line{stroke:#8a8a8a;fill:none}.title{font-size:18px;font-weight:bold}"
        ".small{font-size:11px}.faint{fill:#6a6a6a}.strong{font-weight:bold}"
        f"{day}"
        "@media (prefers-color-scheme: dark){"
        "text{fill:#f2f2f2}.bg{fill:#16181a}.board{fill:#22302a;stroke:#b0bec5}"
        ".shield{fill:#37474f;stroke:#90a4ae}.aerial{stroke:#90a4ae}.line{stroke:#9a9a9a}"
        ".k-supply,.k-unused{stroke:#a0a0a0}.flash{fill:#f2f2f2;stroke:#f2f2f2}"
        ".spi{fill:#9cc2ff;stroke:#9cc2ff}.flashtext{fill:#111111}.padtext{fill:#111111}"
        f".faint{{fill:#b0b0b0}}{night}}}"
        "@media print{.bg{fill:#ffffff}text{fill:#000000}.board,.shield{fill:#ffffff}"
        ".flash{fill:#000000}.flashtext{fill:#ffffff}}"
    )


def escape(text: str) -> str:
    """`text` for an element or an attribute: one line, nothing that XML acts on."""
    plain = one_line(text)
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        plain = plain.replace(mark, entity)
    return plain.replace("'", "&#39;")


@dataclass(slots=True)
class Canvas:
    """Collects elements; coordinates are pixels, y grows downwards."""

    width: float
    parts: list[str] = field(default_factory=list)
    height: float = 0.0

    def rect(self, x: float, y: float, w: float, h: float, name: str, *, radius: float = 3) -> None:
        """A rectangle with a style name."""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" '
            f'rx="{radius:.1f}" class="{name}"/>'
        )
        self.height = max(self.height, y + h)

    def path(self, points: list[tuple[float, float]], name: str = "line") -> None:
        """A broken line."""
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{text}" class="{name}"/>')

    def text(self, x: float, y: float, text: str, name: str = "", *, anchor: str = "start") -> None:
        """A text whose base line is at y; `anchor` is start, middle or end."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="{name}" text-anchor="{anchor}">'
            f"{escape(text)}</text>"
        )
        self.height = max(self.height, y + 4)

    def document(self, *, title: str, description: str) -> str:
        """The whole picture, on a ground of its own so that it reads on any page."""
        height = self.height + 16
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" '
            f'width="{self.width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {self.width:.0f} {height:.0f}">\n'
            f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(description)}</desc>\n'
            f"<style>{style()}</style>\n"
            f'<rect width="100%" height="100%" class="bg"/>\n'
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )
