"""Who looks at outputs before they are delivered: the profile's own classifier, the operator's, or nobody."""

import importlib
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from inlay.safety.policy import Policy, PolicyError

Scores = dict[str, float]
"""A number for each category; the higher, the more of it."""


class Classifier(Protocol):
    """Scores pictures. It may be handed any number of any sizes, and is called by one thread at a time."""

    @property
    def categories(self) -> frozenset[str]: ...

    def score(self, crops: Sequence[NDArray[np.uint8]]) -> list[Scores]:
        """Scores for each of these RGB samples (H, W, 3), with all categories."""
        ...


def find_classifier(
    policy: Policy, device: torch.device, of_profile: Callable[[], Classifier | None]
) -> Classifier | None:
    """The classifier that a policy asks for; None where it asks for none, or the profile has none.

    The operator's own is `module:function`, a function that takes the device and returns a Classifier. Raises
    PolicyError where there is none such, or it does not know a category that has a threshold.
    """
    if policy.classifier == "none":
        return None
    own = policy.classifier != "profile"
    found = own_classifier(policy.classifier, device) if own else of_profile()
    if found is not None:
        unknown = sorted(policy.thresholds.keys() - found.categories)
        if unknown or not policy.thresholds:
            raise PolicyError(
                f"output.thresholds: {', '.join(unknown) or 'nothing'} is named, and the classifier"
                f" scores {', '.join(sorted(found.categories))}"
            )
    return found


def own_classifier(name: str, device: torch.device) -> Classifier:
    """What the operator's function makes."""
    module, _, function = name.partition(":")
    try:
        make = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise PolicyError(f"output.classifier: {name} cannot be imported: {error}") from error
    return make(device)
