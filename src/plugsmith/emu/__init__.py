"""A BK72xx machine that executes the vendor's own boot code and applications (extra `emu`).

Everything here that touches Unicorn runs in a process of its own (`worker`) with limits on time,
memory and output: a hostile image cannot hang, fill memory or escape, and the GPL engine stays
apart. `runner` is the parent's side and imports no Unicorn.
"""
