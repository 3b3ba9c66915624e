"""`plugsmith dump ...`"""
