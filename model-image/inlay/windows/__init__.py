"""Decoding around the hole alone: where to look, what is computed there, and what is estimated of the rest."""
