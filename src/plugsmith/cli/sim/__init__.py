"""`plugsmith sim`"""
