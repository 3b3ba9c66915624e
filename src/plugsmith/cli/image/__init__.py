"""`plugsmith image ...`"""
