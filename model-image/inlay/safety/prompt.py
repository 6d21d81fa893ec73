"""What a prompt may not say."""

import re
import unicodedata

from inlay.safety.policy import Policy


class PromptRules:
    """The policy's words and patterns, made ready."""

    def __init__(self, policy: Policy) -> None:
        self._patterns = policy.patterns
        self._words = (
            re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(plain(w)) for w in policy.words)})(?!\w)")
            if policy.words
            else None
        )

    def refuses(self, prompt: str) -> bool:
        """Whether a prompt holds a word as a whole, or matches a pattern.

        Both are looked for in the prompt without case, look-alike forms, invisible characters and double spaces.
        """
        said = plain(prompt)
        if self._words is not None and self._words.search(said):
            return True
        return any(pattern.search(said) for pattern in self._patterns)


def plain(text: str) -> str:
    """A text in one spelling: compatibility forms folded (NFKC), case folded, format characters gone, spaces single."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    visible = "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split())
