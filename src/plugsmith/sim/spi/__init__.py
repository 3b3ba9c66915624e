"""The chip's flash at P20..P23, as a master on an SPI adapter sees it; served as serprog."""
