"""`plugsmith device ...`"""
