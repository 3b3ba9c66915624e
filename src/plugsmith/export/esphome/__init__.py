"""A device as an ESPHome configuration: one module for each kind of part."""
