"""The Cog entry point: it loads a profile once and carries edits out, side by side where there is room for several."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from cog import BaseRunner, Input

from inlay.beside import Stop, beside
from inlay.compile_cache import accelerate, wants_compiling
from inlay.edit_input import LARGEST, EditInput
from inlay.freed_memory import give_back
from inlay.manifest import Manifest
from inlay.model import Model, Serving, load_model
from inlay.pixels.encode import OUTPUT_FORMATS
from inlay.pixels.mask import MODES
from inlay.progress import StepProgress
from inlay.provenance.watermark import watermark_key
from inlay.runner import run_edit
from inlay.safety.classifier import find_classifier
from inlay.safety.guard import Guard
from inlay.safety.policy import Policy
from inlay.settings import OnStep
from inlay.setup_log import SetupLog
from inlay.tasks import DERIVED, TASKS
from inlay.transport import EdgeClient

WEIGHTS = Path(__file__).parent / "weights"
TEST_PROFILE = "tiny"
"""What test accounts are served with, whatever the others get."""


class Runner(BaseRunner):
    """Serves the profile named by INLAY_PROFILE to the edge at INLAY_EDGE_ORIGIN."""

    def setup(self) -> None:
        """Loads and verifies the profile's weights, and says in one line of the log how long each part took.

        With the first edit that succeeds comes another: how long that took, and both together.
        """
        folder = WEIGHTS / os.environ.get("INLAY_PROFILE", TEST_PROFILE)
        self.device = device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.log = log = SetupLog.of_worker()
        self.model = load_model(folder, device, Serving.from_environment(), log)
        self.test_model = self.model if folder == WEIGHTS / TEST_PROFILE else None
        self.loading = threading.Lock()
        self.edge = EdgeClient(os.environ["INLAY_EDGE_ORIGIN"])
        policy = Policy.from_environment()
        classifier = find_classifier(policy, device, lambda: self.model.classifier)
        self.guard = Guard(policy, classifier)
        self.watermark = watermark_key()
        slots = int(os.environ.get("COG_MAX_CONCURRENCY") or 1)
        # A cancelled edit holds its thread until its next step, when another one has its room already.
        self.threads = ThreadPoolExecutor(2 * slots, thread_name_prefix="edit")
        compiles = wants_compiling()
        facts = {
            "profile": self.model.profile.name,
            "decoder": self.model.decoder_name,
            "device": device.type,
            "compiled": accelerate(folder, device, self.model.denoisers()) if compiles else "not",
            "classifier": "none" if classifier is None else policy.classifier,
        }
        print(log.line(**facts), flush=True)

    async def run(
        self,
        image_url: str = Input(description="Signed URL of the picture; empty for text_to_image"),
        mask_url: str = Input(description="Signed URL of the mask; empty where the task has none"),
        output_urls: list[str] = Input(description="Signed URLs that take the outputs, n of them"),
        manifest_url: str = Input(description="Signed URL that takes the manifest, last of all"),
        preview_url: str = Input(description="Signed URL that takes previews"),
        edit: str = Input(description="Id of the edit"),
        attempt: int = Input(description="Number of the attempt", ge=1),
        seed: int = Input(description="Output i uses seed + i", ge=0, le=2**32 - 1),
        task: str = Input(description="What to do", default="inpaint", choices=[*DERIVED, *TASKS]),
        example_url: str = Input(
            description="Signed URL of paint_by_example's example", default=""
        ),
        width: int = Input(description="Of text_to_image, in pixels", default=0, ge=0, le=LARGEST),
        height: int = Input(description="Of text_to_image, in pixels", default=0, ge=0, le=LARGEST),
        sampler: str = Input(
            description="How to sample; empty is the profile's own way",
            default="",
            choices=["", "ddim", "dpm++2m", "unipc", "lcm"],
        ),
        prompt: str = Input(description="What to paint", default=""),
        negative_prompt: str = Input(description="What to avoid", default=""),
        n: int = Input(description="Number of outputs", default=1, ge=1, le=4),
        steps: int = Input(description="Sampling steps", default=20, ge=1, le=50),
        guidance: float = Input(description="Strength of the prompt", default=7.5, ge=0, le=20),
        strength: float = Input(description="1 repaints from noise", default=1.0, ge=0.05, le=1),
        output_format: str = Input(
            description="File format", default="png", choices=list(OUTPUT_FORMATS)
        ),
        quality: int = Input(
            description="Of jpeg and lossy webp; 0: usual", default=0, ge=0, le=100
        ),
        mask_mode: str = Input(
            description="What of the mask is repainted", default="white", choices=list(MODES)
        ),
        mask_resize: bool = Input(description="Takes a mask of another size", default=False),
        grow: int = Input(description="Pixels the mask grows by", default=0, ge=0, le=256),
        feather: int = Input(description="Pixels a fill fades in over", default=0, ge=0, le=256),
        masked_content: str = Input(
            description="What sampling starts from, with a strength below 1",
            default="noise",
            choices=["noise", "original", "fill"],
        ),
        left: int = Input(description="Pixels that outpaint adds", default=0, ge=0, le=4096),
        right: int = Input(description="The same on the right", default=0, ge=0, le=4096),
        up: int = Input(description="The same above", default=0, ge=0, le=4096),
        down: int = Input(description="The same below", default=0, ge=0, le=4096),
        claim_url: str = Input(description="Signed URL that signs claims of outputs", default=""),
        certificates: str = Input(description="Of the key that signs them, in PEM", default=""),
        profile: str = Input(
            description="What paints; empty is the profile that is served",
            default="",
            choices=["", TEST_PROFILE],
        ),
    ) -> str:
        """Carries out one attempt; the result is the manifest at `manifest_url`, whose status this returns."""
        values = {
            name: value for name, value in locals().items() if name not in ("self", "profile")
        }
        request = EditInput(**values)

        def work(on_step: OnStep, stop: Stop) -> Manifest:
            model = self.model if profile == "" else self.tests()
            try:
                return run_edit(
                    model, self.edge, request, on_step, self.guard, self.watermark, stop
                )
            finally:
                give_back()

        manifest = await beside(self.threads, work, StepProgress())
        if manifest.error is not None:
            return "failed"
        if line := self.log.first_edit(manifest.timings):
            print(line, flush=True)
        return "succeeded"

    def tests(self) -> Model:
        """What serves test accounts, loaded with their first edit."""
        with self.loading:
            if self.test_model is None:
                self.test_model = load_model(WEIGHTS / TEST_PROFILE, self.device)
            return self.test_model
