"""SPI adapters that are no serial port: CH341A, FTDI MPSSE, Linux spidev. Extra `spi`."""
