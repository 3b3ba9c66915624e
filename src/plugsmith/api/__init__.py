"""The front door: every verb as a value with a typed request and a typed result.

Faces (command line, page, Python programs) come in here and nowhere else; flows stand behind it.
"""
