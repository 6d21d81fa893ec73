"""The operator's policy: what is not painted. A JSON file, read and checked whole at start-up; `docs/policy.md` has its
fields.
"""

import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from inlay.safety.perceptual_hash import parse_hash

DEFAULT = Path(__file__).parents[2] / "policy.json"
VERSION = 1
SHA256 = re.compile(r"[0-9a-f]{64}")
SAME_PICTURE = 31
"""Bits; hashes so near are the same picture, by PDQ's paper."""

OWN_CLASSIFIER = re.compile(r"[\w.]+:\w+")


class PolicyError(Exception):
    """A policy that cannot be followed; the message says which field and what it should be."""


@dataclass(frozen=True)
class Policy:
    """What is refused before painting, and what is blocked after it."""

    words: tuple[str, ...] = ()
    """Words and phrases that no prompt may hold."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """Regular expressions that no prompt may match."""
    sha256: frozenset[str] = frozenset()
    """Files that no edit may start from."""
    pictures: tuple[str, ...] = ()
    """Perceptual hashes of pictures that no edit may start from, 64 hex digits each."""
    radius: int = SAME_PICTURE
    """Bits that a picture's hash may be away from a listed one and still be that picture."""
    classifier: str = "profile"
    """`profile`, `none`, or the operator's own as `module:function`."""
    thresholds: dict[str, float] = field(default_factory=lambda: {"nsfw": 0.0})
    """An output is blocked where a category's score is above its threshold."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Policy":
        """The policy that `INLAY_POLICY` names, or the one that ships."""
        return cls.read(Path(environment.get("INLAY_POLICY") or DEFAULT))

    @classmethod
    def read(cls, path: Path) -> "Policy":
        """The policy of a file. Raises PolicyError for one that is missing, or has a field it should not have."""
        try:
            values = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise PolicyError(f"The policy {path} cannot be read: {error}") from error
        top = section("the policy", values, {"version", "prompt", "input", "output"})
        if top.get("version") != VERSION:
            raise PolicyError(f"version: {top.get('version')!r}; this release reads {VERSION}")
        prompt = section("prompt", top.get("prompt", {}), {"words", "patterns"})
        given = section("input", top.get("input", {}), {"sha256", "pictures", "radius"})
        output = section("output", top.get("output", {}), {"classifier", "thresholds"})
        folder = path.parent
        return cls(
            words=lines("prompt.words", prompt.get("words", []), folder),
            patterns=tuple(
                pattern(line)
                for line in lines("prompt.patterns", prompt.get("patterns", []), folder)
            ),
            sha256=frozenset(
                sha256(line) for line in lines("input.sha256", given.get("sha256", []), folder)
            ),
            pictures=tuple(
                picture(line) for line in lines("input.pictures", given.get("pictures", []), folder)
            ),
            radius=radius(given.get("radius", SAME_PICTURE)),
            classifier=classifier(output.get("classifier", "profile")),
            thresholds=thresholds(output.get("thresholds", {"nsfw": 0.0})),
        )


def section(name: str, value: Any, fields: set[str]) -> dict[str, Any]:
    """An object that has no other fields than these."""
    if not isinstance(value, dict):
        raise PolicyError(f"{name}: an object is expected")
    unknown = sorted(value.keys() - fields)
    if unknown:
        raise PolicyError(
            f"{name}: there is no field {unknown[0]}; {', '.join(sorted(fields))} are"
        )
    return value


def lines(name: str, value: Any, folder: Path) -> tuple[str, ...]:
    """A list of strings, or the lines of a text file beside the policy; empty ones and those after # are left out."""
    if isinstance(value, str):
        try:
            value = (folder / value).read_text().splitlines()
        except (OSError, ValueError) as error:
            raise PolicyError(f"{name}: {value} cannot be read: {error}") from error
        value = [line for line in value if not line.startswith("#")]
    if not isinstance(value, list) or not all(isinstance(line, str) for line in value):
        raise PolicyError(f"{name}: a list of strings is expected, or the name of a text file")
    return tuple(line.strip() for line in value if line.strip())


def pattern(line: str) -> re.Pattern[str]:
    """A regular expression that takes no notice of case."""
    try:
        return re.compile(line, re.IGNORECASE)
    except re.error as error:
        raise PolicyError(f"prompt.patterns: {line} is no regular expression: {error}") from error


def sha256(line: str) -> str:
    """A file's hash, in lower case."""
    if not SHA256.fullmatch(line.lower()):
        raise PolicyError(f"input.sha256: {line} is no SHA-256 of 64 hex digits")
    return line.lower()


def picture(line: str) -> str:
    """A perceptual hash, checked."""
    try:
        parse_hash(line)
    except ValueError as error:
        raise PolicyError(f"input.pictures: {line} is no PDQ hash of 64 hex digits") from error
    return line


def radius(value: Any) -> int:
    """A number of bits of which most pictures keep away."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 64:
        raise PolicyError(f"input.radius: {value!r}; a number of bits from 0 to 64 is expected")
    return value


def classifier(value: Any) -> str:
    """Who looks at the outputs."""
    if value in ("profile", "none"):
        return value
    if not isinstance(value, str) or not OWN_CLASSIFIER.fullmatch(value):
        raise PolicyError(
            f"output.classifier: {value!r}; profile, none or module:function is expected"
        )
    return value


def thresholds(value: Any) -> dict[str, float]:
    """A number for each category."""
    named = section("output.thresholds", value, set(value) if isinstance(value, dict) else set())
    for category, number in named.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise PolicyError(f"output.thresholds.{category}: {number!r}; a number is expected")
        if not math.isfinite(number):
            raise PolicyError(f"output.thresholds.{category}: a finite number is expected")
    return {category: float(number) for category, number in named.items()}
