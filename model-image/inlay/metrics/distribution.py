"""Distances between sets of pictures, from a network's outputs for them."""

import torch
from torch import Tensor

FEWEST = 2_000
"""With fewer pictures than this the Fréchet distance says more of their number than of their quality."""


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """FID (Heusel et al. 2017) between features (n, d) and (m, d), as Gaussians of their mean and covariance.

    `|mu_a - mu_b|^2 + tr(A + B - 2 (A B)^(1/2))`, in double precision.
    """
    a, b = a.double(), b.double()
    mean = ((a.mean(0) - b.mean(0)) ** 2).sum()
    cov_a, cov_b = torch.atleast_2d(torch.cov(a.T)), torch.atleast_2d(torch.cov(b.T))
    # The eigenvalues of A B are those of A^(1/2) B A^(1/2), which is symmetric and not negative.
    root = symmetric_root(cov_a)
    eigenvalues = torch.linalg.eigvalsh(root @ cov_b @ root).clamp(min=0)
    return (mean + cov_a.trace() + cov_b.trace() - 2 * eigenvalues.sqrt().sum()).item()


def symmetric_root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a symmetric matrix that is not negative."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T


def inception_score(probabilities: Tensor, splits: int = 10) -> tuple[float, float]:
    """Inception Score (Salimans et al. 2016) of class probabilities (n, classes): mean and deviation over splits."""
    scores = []
    for part in probabilities.double().chunk(splits):
        marginal = part.mean(0, keepdim=True)
        divergence = (part * (part.clamp(min=1e-16).log() - marginal.clamp(min=1e-16).log())).sum(1)
        scores.append(divergence.mean().exp())
    stacked = torch.stack(scores)
    return stacked.mean().item(), stacked.std(unbiased=False).item()
