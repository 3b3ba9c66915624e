"""The flash itself, over an SPI adapter: programmer, entry, commands, protection, SpiFlash."""
