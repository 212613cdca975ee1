"""Cryptography: the keys that sign, the tokens they sign, and the hashes of passwords."""
