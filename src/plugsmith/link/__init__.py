"""Moving bytes: ports, reset lines, traces, and what was heard. Knows no chip."""
