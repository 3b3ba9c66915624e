"""The UART download protocol of the BK72xx boot codes."""
