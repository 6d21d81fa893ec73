"""The codebook: nearest codes, straight-through gradients, and a toy one that learns."""

from dataclasses import replace

import torch

from inlay.autoencoder import Autoencoder
from inlay.config import AutoencoderConfig
from inlay.quantizer import Quantizer

TOY = AutoencoderConfig((8, 8, 8, 8), (8, 8, 8, 8), 1, 1, groups=2, latent_channels=3, codes=16)


def test_each_latent_becomes_its_nearest_code():
    quantizer = Quantizer(3, 2)
    codes = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    quantizer.embedding.weight.data.copy_(codes)
    latents = torch.tensor([[0.9, 0.2], [0.1, 0.6], [0.2, 0.1]]).T.reshape(1, 2, 1, 3)
    quantized, indices = quantizer(latents)
    assert indices.flatten().tolist() == [1, 2, 0]
    assert torch.allclose(quantized[0, :, 0].T, codes[[1, 2, 0]])


def test_gradients_pass_straight_through_to_the_latents():
    latents = torch.randn((1, 2, 4, 4), requires_grad=True)
    quantized, _ = Quantizer(5, 2)(latents)
    quantized.sum().backward()
    assert torch.equal(latents.grad, torch.ones_like(latents))


def test_sampled_latents_are_quantised_before_they_are_decoded_unless_they_are_codes():
    torch.manual_seed(0)
    toy = Autoencoder(TOY)
    latents = torch.randn((1, 3, 4, 4))
    quantized, _ = toy.quantize(latents)
    with torch.no_grad():
        decoded = toy.decode(latents)
        assert torch.allclose(decoded, toy.decode(quantized, quantized=True), atol=1e-6)
        assert not torch.allclose(decoded, toy.decode(latents, quantized=True))


def test_its_tensors_are_named_as_in_ldm():
    names = Autoencoder(TOY).state_dict()
    assert names["quantize.embedding.weight"].shape == (16, 3)
    assert names["quant_conv.weight"].shape == (3, 3, 1, 1)
    assert names["encoder.conv_out.weight"].shape[0] == 3


def test_a_toy_one_learns_to_tell_pictures_apart():
    torch.manual_seed(0)
    toy = Autoencoder(replace(TOY, conditional=False))
    optimizer = torch.optim.Adam(toy.parameters(), lr=4e-3)
    pictures = (torch.rand(4, 3, 2, 2) * 2 - 1).repeat_interleave(8, 2).repeat_interleave(8, 3)
    losses = []
    for _ in range(200):
        encoded = toy.encode(pictures).mean
        loss = (toy.decode(encoded) - pictures).abs().mean() + toy.quantize.loss(encoded)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
