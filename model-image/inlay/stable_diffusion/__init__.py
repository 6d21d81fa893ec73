"""Stable Diffusion's UNet and text encoder around the asymmetric decoder."""
