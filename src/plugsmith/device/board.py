"""What a chip's pins can do, and which of them a module brings out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.chips.model import ModuleBoard

BEKEN_GPIOS = range(29)  # P0..P28; openbeken.md section 3
BEKEN_PWM = frozenset({6, 7, 8, 9, 24, 26})  # upk-mapping.md section 1, rule 6
T1_PWM = BEKEN_PWM - {7}
BEKEN_ADC = frozenset({23})
BOOT_LOG_PINS = frozenset({0, 1})  # UART2: the boot loader talks here
FLASH_UART_PINS = frozenset({10, 11})  # UART1: download mode and serial parts
DEBUG_PINS = frozenset({20, 21, 22, 23})  # the SPI flash and debug pins of download mode


@frozen
class Board:
    """The pins that a device may use; `gpios` None where nobody listed all pads."""

    chip: str | None = None
    module: str | None = None
    beken: bool = True  # pin numbers and special pins are those of BK72xx
    gpios: frozenset[int] | None = None
    pwm: frozenset[int] | None = None
    adc: frozenset[int] | None = None

    def lacks(self, gpio: int) -> bool:
        """Whether the chip or the module certainly has no such pin."""
        if self.gpios is not None:
            return gpio not in self.gpios
        return self.beken and gpio not in BEKEN_GPIOS

    def lacks_pwm(self, gpio: int) -> bool:
        """Whether the pin certainly has no PWM unit."""
        return self.pwm is not None and gpio not in self.pwm

    def lacks_adc(self, gpio: int) -> bool:
        """Whether the pin certainly has no ADC input."""
        return self.adc is not None and gpio not in self.adc


def board_for(
    *, chip: str | None = None, module: str | None = None, record: ModuleBoard | None = None
) -> Board:
    """The board of a chip and, where the catalogue has it, of a module."""
    known = chip or (record.chip if record else None)
    beken = known is None or known.upper().startswith("BK")
    pwm: frozenset[int] | None = None
    adc: frozenset[int] | None = None
    if beken and known is not None:
        pwm = T1_PWM if record and record.name.startswith("T1-") else BEKEN_PWM
        adc = BEKEN_ADC if known.upper() in {"BK7231T", "BK7231N"} else None
    return Board(
        chip=known,
        module=module,
        beken=beken,
        gpios=frozenset(record.gpios) if record and record.complete else None,
        pwm=frozenset(record.pwm) if record and record.complete and record.pwm else pwm,
        adc=adc,
    )
