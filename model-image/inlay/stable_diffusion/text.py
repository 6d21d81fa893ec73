"""Prompts as the UNet reads them."""

from collections import OrderedDict

import torch
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from inlay.settings import FillSettings

CACHED = 64
"""Embeddings kept: the empty prompt's and an operator's usual negative ones come again and again."""


class TextEncoder:
    """CLIP's text encoder with the embeddings of the last prompts kept."""

    def __init__(self, tokenizer: CLIPTokenizer, model: CLIPTextModel) -> None:
        self._tokenizer = tokenizer
        self._model = model.eval().requires_grad_(False)
        self._kept: OrderedDict[str, Tensor] = OrderedDict()

    @property
    def longest(self) -> int:
        """Tokens of a prompt that are read, without the marks of beginning and end."""
        return self._tokenizer.model_max_length - 2

    def unread(self, prompt: str) -> str:
        """The end of a prompt that is too long to be read, empty for one that is not."""
        ids = self._tokenizer(prompt, add_special_tokens=False, verbose=False).input_ids
        return self._tokenizer.decode(ids[self.longest :]).strip()

    @torch.inference_mode()
    def encode(self, prompt: str) -> Tensor:
        """The embedding (1, 77, d) of a prompt, cut to what can be read."""
        found = self._kept.pop(prompt, None)
        if found is None:
            tokens = self._tokenizer(
                prompt,
                padding="max_length",
                max_length=self._tokenizer.model_max_length,
                truncation=True,
                return_tensors="pt",
            )
            ids = tokens.input_ids.to(self._model.device)
            found = self._model(ids)[0]
        self._kept[prompt] = found
        if len(self._kept) > CACHED:
            self._kept.popitem(last=False)
        return found

    def wanted(self, settings: FillSettings) -> Tensor:
        """The prompt's embedding."""
        return self.encode(settings.prompt)

    def unwanted(self, settings: FillSettings) -> Tensor:
        """The negative prompt's."""
        return self.encode(settings.negative_prompt)
