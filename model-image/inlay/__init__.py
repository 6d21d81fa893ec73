"""Inlay's model image: the asymmetric autoencoder of arXiv 2306.04632, its training, and the server around it."""
