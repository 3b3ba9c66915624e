"""`plugsmith obk ...`"""
