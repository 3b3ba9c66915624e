"""Over SPI: a chip whose flash answers by itself, and a boot loader that is put back."""
