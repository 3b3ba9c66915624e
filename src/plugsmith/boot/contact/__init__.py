"""Finding a boot code on a port: polls, what is heard meanwhile, and what comes out of it."""
