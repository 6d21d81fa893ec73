"""Everything that decides a training run; saved beside its checkpoint."""

from dataclasses import dataclass
from pathlib import Path

STAGES = ("autoencoder", "decoder", "unet")


@dataclass(frozen=True)
class TrainConfig:
    """One run of one stage. Every field is a flag of `python -m inlay.train`."""

    stage: str = "autoencoder"
    autoencoder: str = "tiny-base"
    """A name of `inlay.config.AUTOENCODERS`."""
    pictures: Path = Path("data/pictures")
    runs: Path = Path("runs")
    initial_weights: Path = Path()
    """Weights of an earlier run to begin with; the optimizer starts anew, with its warm-up."""
    minutes: float = 30.0
    steps: int = 1_000_000
    size: int = 128
    batch: int = 8
    accumulate: int = 1
    """Batches to one step."""
    device: str = "auto"
    """auto takes a GPU where there is one; else cpu, cuda."""
    precision: str = "fp32"
    """fp32 or bf16; bf16 helps where the hardware has it and costs where it has not."""
    learning_rate: float = 4e-4
    warmup: int = 100
    decay: str = "settle"
    """settle or cosine, see `inlay.schedule`."""
    pretrained_decoder: bool = True
    """Whether an asymmetric decoder starts from the autoencoder's own, widened to its size (`inlay.widen`)."""
    trained_share: float = 1.0
    """The share of the rate at which the decoder's pretrained part moves; 0.1 in the paper's base runs."""
    copy_start: bool = True
    """Whether a decoder starts as a copy of what it keeps."""
    preset: str = "plain"
    """A name of `inlay.losses.preset.PRESETS`."""
    vgg: Path = Path()
    vgg_sha256: str = ""
    lpips: Path = Path()
    discriminator_width: int = 64
    """Channels of the discriminator's first layer; pix2pix's and the paper's 64, fewer where time is short."""
    recolour: float = 0.0
    """Share of crops whose colours are changed, see `inlay.data`."""
    masks: str = "mixed"
    """mixed, or one of LaMa's strengths: thin, medium, thick."""
    divergence: float = 1e-6
    freeze_encoder: bool = False
    """Whether the autoencoder's stage moves its decoder alone, so that latents stay what later stages learnt on."""
    draws: int = 1
    """Times and noises a picture of the UNet's batches: encoding costs more than the small UNet's own step."""
    disturbed: float = 0.75
    """Share of the decoder's batches whose latents are disturbed as a sampler would; 0 is the paper's plain recipe."""
    edge_weight: float = 0.0
    """How much more the error counts in a hole right beside what is kept, where seams show; 0 is the paper's."""
    average: float = 0.999
    save_every: int = 100
    samples_every: int = 2_000
    """Steps from one grid of samples to the next; the last step leaves one in any case."""
    seed: int = 0
