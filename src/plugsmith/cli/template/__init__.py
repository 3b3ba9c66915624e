"""`plugsmith template ...`"""
