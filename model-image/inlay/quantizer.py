"""The codebook of a VQ autoencoder, laid out as LDM's VQModel has it."""

import torch
from torch import Tensor, nn


class Quantizer(nn.Module):
    """Replaces each latent by its nearest code (van den Oord et al. 2017); gradients pass straight through."""

    def __init__(self, codes: int, channels: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(codes, channels)
        nn.init.uniform_(self.embedding.weight, -1 / codes, 1 / codes)

    def forward(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Latents (B, c, h, w) to quantised latents of the same shape and the indices (B, h, w) of their codes."""
        flat = latents.permute(0, 2, 3, 1)
        codes = self.embedding.weight
        distances = torch.cdist(flat.reshape(1, -1, codes.shape[1]), codes[None])[0]
        indices = distances.argmin(dim=1).reshape(flat.shape[:-1])
        nearest = self.embedding(indices).permute(0, 3, 1, 2)
        return latents + (nearest - latents).detach(), indices

    def loss(self, latents: Tensor, commitment: float = 0.25) -> Tensor:
        """Draws codes to latents, and latents to codes by the share `commitment`."""
        _, indices = self(latents)
        nearest = self.embedding(indices).permute(0, 3, 1, 2)
        to_codes = ((nearest - latents.detach()) ** 2).mean()
        to_latents = ((nearest.detach() - latents) ** 2).mean()
        return to_codes + commitment * to_latents
