"""A picture of the module: every pad with its pin and role, the pads for flashing marked.

Drawn from the outlines and modules of `chips`; a module whose pads nobody wrote down gets a list of
its pins instead, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.modules import module as find_module
from plugsmith.chips.outlines import outline
from plugsmith.chips.spi_pads import spi_pads, spi_sentences
from plugsmith.export.labels import labels_of
from plugsmith.export.output import OutputFile
from plugsmith.export.svg_parts import LETTER, Canvas
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.chips.outlines import EdgePad, Outline
    from plugsmith.chips.spi_pads import SpiPads
    from plugsmith.device.profile import DeviceProfile
    from plugsmith.export.labels import PinLabel
    from plugsmith.export.output import ExportOptions

WIDTH = 1040.0
_SCALE = 13.0  # pixels a millimetre
_MARGIN = 24.0
_ROW = 30.0
_CHIP_H = 22.0
_PAD = 16.0
_TOP = 84.0
# What to solder where, from the adapter's side; uart-protocol.md section 1
_FLASH = {
    "P10": N_("adapter TX"),
    "P11": N_("adapter RX"),
    "GND": N_("adapter GND"),
    "3V3": N_("3.3 V"),
    "CEN": N_("to GND: reset"),
}
_EXTRA = {"P0": N_("log"), "ANT": N_("aerial"), "NC": N_("not connected")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tag:
    """The text at a pad: name, words, kind, and what it is for when flashing, by UART or SPI."""

    name: str
    words: str
    kind: str
    flash: str = ""
    mark: str = "flash"

    @property
    def width(self) -> float:
        words = LETTER * (len(self.name) + len(self.words) + 2) + 14
        return words + (self.flash_width if self.flash else 0)

    @property
    def flash_width(self) -> float:
        return LETTER * 0.9 * len(self.flash) + 14


@dataclass(frozen=True, slots=True)
class _Pins:
    """What stands at each pin: its label, and the line of an SPI adapter by its signal."""

    labels: Mapping[int, PinLabel]
    spi: Mapping[str, str]

    def tag(self, signal: str) -> _Tag:
        gpio = int(signal[1:]) if signal.startswith("P") and signal[1:].isdigit() else None
        label = self.labels.get(gpio) if gpio is not None else None
        words, kind = _(_EXTRA.get(signal, "")), "supply" if gpio is None else "unused"
        if label is not None:
            role = f" [{label.role}]" if label.role else ""
            words, kind = f"{label.words}{role}"[:40], label.kind
        if signal in self.spi:
            spi = f"SPI {self.spi[signal]}"
            return _Tag(name=signal, words=words, kind=kind, flash=spi, mark="spi")
        flash = _(_FLASH[signal]) if signal in _FLASH else ""
        return _Tag(name=signal, words=words, kind=kind, flash=flash)


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>.svg`."""
    board = profile.module or (options.template.board if options.template else "")
    shape = outline(board) if board else None
    known = find_module(board) if board else None
    spi = spi_pads(known) if known is not None else None
    pins = _Pins(labels_of(profile, options), spi.lines if spi is not None else {})
    canvas = Canvas(width=WIDTH)
    module = shape.name if shape else board or _("module not known")
    canvas.text(_MARGIN, 36, options.shown_title[:80], "title")
    facts = ", ".join(text for text in (module, profile.chip or "") if text)
    canvas.text(_MARGIN, 58, facts)
    if shape is None:
        _list_only(canvas, pins)
    else:
        _draw(canvas, shape, pins)
    _legend(canvas)
    if spi is not None:
        _spi_legend(canvas, spi)
    text = canvas.document(
        title=_("{title}: pins of the {module}", title=options.shown_title, module=module),
        description=_description(pins.labels),
    )
    return [OutputFile(name=f"{options.file_stem}.svg", text=text, media_type="image/svg+xml")]


def _draw(canvas: Canvas, shape: Outline, pins: _Pins) -> None:
    if shape.row("odd"):
        _face(canvas, shape.row("odd"), shape, pins)
        _face(canvas, shape.row("even"), shape, pins)
    else:
        _edges(canvas, shape, pins)
    _points(canvas, shape, pins)
    left_over = sorted(set(pins.labels) - shape.gpios())
    if left_over:
        names = ", ".join(f"P{gpio}" for gpio in left_over)
        y = canvas.height + 26
        canvas.text(_MARGIN, y, _("This module does not lead out: {pins}", pins=names), "strong")


def _body(
    canvas: Canvas, shape: Outline, top: float, *, shield: bool
) -> tuple[float, float, float]:
    """Board, aerial and perhaps shield in the middle; returns left, right, bottom."""
    width, height = shape.width_mm * _SCALE, shape.height_mm * _SCALE
    left = (WIDTH - width) / 2
    canvas.rect(left, top, width, height, "board", radius=5)
    steps = 5
    zigzag: list[tuple[float, float]] = []
    for number in range(2 * steps):
        x = left + 14 + (width - 28) * ((number + 1) // 2) / steps
        zigzag.append((x, top + (14 if number // 2 % 2 else 40)))
    canvas.path(zigzag, "aerial")
    if shield:
        inner = (left + width * 0.14, top + 54, width * 0.72, height - 54 - 46)
        canvas.rect(*inner, "shield", radius=4)
    canvas.text(WIDTH / 2, top + height / 2 + 12, shape.name, "strong", anchor="middle")
    return left, left + width, top + height


def _edges(canvas: Canvas, shape: Outline, pins: _Pins) -> None:
    left, right, bottom = _body(canvas, shape, _TOP, shield=True)
    for name, x, sign in (("left", left, -1), ("right", right, 1)):
        pads = shape.row(name)
        step = (bottom - _TOP - 84) / max(1, len(pads) - 1)
        for number, pad in enumerate(pads):
            y = _TOP + 64 + number * step
            _pad(canvas, pad, x, y)
            edge = x + sign * 26
            canvas.path([(x + sign * _PAD / 2, y), (edge, y)])
            _tag(canvas, pins.tag(pad.signal), edge, y, sign)
    _bottom_row(canvas, shape.row("bottom"), (left, right, bottom), pins)


def _face(canvas: Canvas, pads: tuple[EdgePad, ...], shape: Outline, pins: _Pins) -> None:
    """One face of a board that has a row of pads on each; the next one goes below it."""
    top = max(_TOP, canvas.height + 44)
    numbers = ", ".join(pad.label for pad in pads)
    caption = _("Looking at the face with the pads {numbers}, aerial up:", numbers=numbers)
    canvas.text(WIDTH / 2, top - 10, caption, "small", anchor="middle")
    # Sources disagree on which face carries the shield: the numbers say which one it is.
    left, right, bottom = _body(canvas, shape, top, shield=False)
    _bottom_row(canvas, pads, (left, right, bottom), pins)


def _bottom_row(
    canvas: Canvas,
    pads: Sequence[EdgePad],
    sides: tuple[float, float, float],
    pins: _Pins,
) -> None:
    """Pads along the lower edge; the left half has its labels to the left, the rest to the right.

    Lines do not cross: the outermost pad has the uppermost label.
    """
    left, right, bottom = sides
    if not pads:
        return
    step = (right - left - 36) / max(1, len(pads) - 1)
    half = (len(pads) + 1) // 2
    middle = (left + right) / 2
    for number, pad in enumerate(pads):
        x = left + 18 + number * step
        _pad(canvas, pad, x, bottom)
        on_left = number < half
        row = number if on_left else len(pads) - 1 - number
        y = bottom + 34 + row * _ROW
        sign = -1 if on_left else 1
        end = (min(x, middle) if on_left else max(x, middle)) + sign * 14
        canvas.path([(x, bottom + _PAD / 2), (x, y), (end, y)])
        _tag(canvas, pins.tag(pad.signal), end, y, sign)


def _pad(canvas: Canvas, pad: EdgePad, x: float, y: float) -> None:
    canvas.rect(x - _PAD / 2, y - _PAD / 2, _PAD, _PAD, "pad")
    canvas.text(x, y + 4, pad.label, "small padtext", anchor="middle")


def _tag(canvas: Canvas, tag: _Tag, x: float, y: float, sign: int) -> None:
    """A label whose inner end is at x; it extends to the left for sign -1, else to the right."""
    width = tag.width
    start = x - width if sign < 0 else x
    canvas.rect(start, y - _CHIP_H / 2, width, _CHIP_H, f"k-{tag.kind}", radius=6)
    inner = start + 7
    if tag.flash:
        flash_x = start + width - tag.flash_width if sign < 0 else start
        canvas.rect(flash_x, y - _CHIP_H / 2, tag.flash_width, _CHIP_H, tag.mark, radius=6)
        canvas.text(flash_x + tag.flash_width / 2, y + 4, tag.flash, "flashtext", anchor="middle")
        inner = start + 7 if sign < 0 else start + tag.flash_width + 7
    canvas.text(inner, y + 5, tag.name, "strong")
    if tag.words:
        canvas.text(inner + LETTER * (len(tag.name) + 1) + 4, y + 5, tag.words)


def _points(canvas: Canvas, shape: Outline, pins: _Pins) -> None:
    pads = shape.row("points")
    if not pads:
        return
    y = canvas.height + 34
    canvas.text(_MARGIN, y, _("Test points on the board:"), "strong")
    x, y = _MARGIN, y + 24
    for pad in pads:
        tag = pins.tag(pad.signal)
        name_width = LETTER * (len(pad.label) + 1) + 6
        if x + name_width + tag.width > WIDTH - _MARGIN:
            x, y = _MARGIN, y + _ROW
        canvas.text(x, y + 5, f"{pad.label}:", "small")
        _tag(canvas, tag, x + name_width, y, 1)
        x += name_width + tag.width + 18


def _list_only(canvas: Canvas, pins: _Pins) -> None:
    y = _TOP + 10
    canvas.text(_MARGIN, y, _("Where the pads of this module lie is not known; its pins:"))
    for gpio in pins.labels:
        y += _ROW
        _tag(canvas, pins.tag(f"P{gpio}"), _MARGIN, y, 1)
    if not pins.labels:
        canvas.text(_MARGIN, y + _ROW, _("none"))


def _legend(canvas: Canvas) -> None:
    y = canvas.height + 34
    canvas.rect(_MARGIN, y - 11, 70, _CHIP_H, "flash", radius=6)
    canvas.text(_MARGIN + 35, y + 4, _("flashing"), "flashtext", anchor="middle")
    canvas.text(
        _MARGIN + 80,
        y + 5,
        _("Marked like this: where the adapter goes. Never with mains connected; 3.3 V only."),
    )


def _spi_legend(canvas: Canvas, spi: SpiPads) -> None:
    """The second mark, and what the picture cannot show of the flash's own pins."""
    if spi.wires:
        y = canvas.height + 26
        canvas.rect(_MARGIN, y - 11, 70, _CHIP_H, "spi", radius=6)
        canvas.text(_MARGIN + 35, y + 4, "SPI", "flashtext", anchor="middle")
        canvas.text(_MARGIN + 80, y + 5, _("Over SPI, for a chip whose boot loader is lost"))
    for sentence in spi_sentences(spi):
        canvas.text(_MARGIN + 80, canvas.height + 18, sentence)


def _description(labels: Mapping[int, PinLabel]) -> str:
    found = [f"P{item.gpio} {item.words}" for item in labels.values()]
    return ", ".join(found)[:380] or _("no pin is in use")
