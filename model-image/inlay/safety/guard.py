"""The policy at work: it refuses prompts and pictures before painting, and blocks outputs after it."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inlay.outcome import EditError
from inlay.safety.classifier import Classifier
from inlay.safety.known_pictures import KnownPictures
from inlay.safety.policy import Policy
from inlay.safety.prompt import PromptRules

BLOCKED = "output_blocked"


class Guard:
    """A policy and its classifier, ready for every edit."""

    def __init__(self, policy: Policy, classifier: Classifier | None = None) -> None:
        self._prompt = PromptRules(policy)
        self._known = KnownPictures(policy)
        self._thresholds = policy.thresholds
        self._classifier = classifier
        # Previews are looked at on a thread of their own, and a classifier need not know of threads.
        self._looking = threading.Lock()

    @property
    def looks(self) -> bool:
        """Whether outputs are looked at at all."""
        return self._classifier is not None

    def check_prompt(self, prompt: str) -> None:
        """Raises EditError `input_blocked` for a prompt that the policy refuses."""
        if self._prompt.refuses(prompt):
            raise EditError("input_blocked", "The policy of this service refuses the prompt.")

    def check_file(self, data: bytes) -> None:
        """Raises EditError `input_blocked` for a file that is listed."""
        if self._known.has_file(data):
            raise picture_refused()

    def check_picture(self, colour: NDArray[np.uint8]) -> None:
        """Raises EditError `input_blocked` for RGB samples (H, W, 3) that look like a listed picture."""
        if self._known.has_picture(colour):
            raise picture_refused()

    def blocks(self, crops: Sequence[NDArray[np.uint8]]) -> bool:
        """Whether an output, seen by its crops (RGB as delivered), is not to be delivered.

        A score that is no number blocks as well. May be called from several threads; the classifier never is by two.
        """
        if self._classifier is None or not crops:
            return False
        with self._looking:
            scored = self._classifier.score(crops)
        return any(
            not scores[category] <= threshold
            for scores in scored
            for category, threshold in self._thresholds.items()
        )


def picture_refused() -> EditError:
    """The outcome of an edit that starts from a listed picture."""
    return EditError("input_blocked", "The policy of this service refuses the picture.")
