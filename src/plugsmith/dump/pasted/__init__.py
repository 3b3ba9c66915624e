"""Configurations as people have them: texts that went through logs, forums, mail and notebooks."""
