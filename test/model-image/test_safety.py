"""What the operator's policy refuses before painting, and blocks after it."""

import contextlib
import hashlib
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import noise_picture
from PIL import Image

from inlay.outcome import EditError
from inlay.safety.classifier import find_classifier
from inlay.safety.guard import Guard
from inlay.safety.perceptual_hash import (
    distances,
    format_hash,
    parse_hash,
    perceptual_hash,
)
from inlay.safety.policy import DEFAULT, Policy, PolicyError

PHOTO = Path(__file__).parents[2] / "infra" / "local" / "photo" / "dandelions.jpg"
CPU = torch.device("cpu")


class Reddish:
    """Scores how much redder than green a picture is, from -1 to 1."""

    categories = frozenset({"red"})

    def score(self, crops):
        return [{"red": float(c[..., 0].mean() - c[..., 1].mean()) / 255} for c in crops]


def reddish(_device: torch.device) -> Reddish:
    return Reddish()


@pytest.fixture
def photo() -> np.ndarray:
    return np.asarray(Image.open(PHOTO).convert("RGB"))


def policy_of(tmp_path: Path, text: str) -> Policy:
    (tmp_path / "policy.json").write_text(text)
    return Policy.read(tmp_path / "policy.json")


def test_the_policy_that_ships_is_read_and_is_the_default():
    assert Policy.read(DEFAULT) == Policy()


def test_the_policy_that_the_docs_show_is_read_and_refuses_what_it_says(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
    (shown,) = re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "known.txt").write_text(f"# one a line\n{hashlib.sha256(b'known').hexdigest()}\n")
    policy = policy_of(tmp_path, shown)
    guard = Guard(policy, None)
    for prompt in ("this is A Phrase", "for somebody"):
        with pytest.raises(EditError):
            guard.check_prompt(prompt)
    guard.check_prompt("a paraphrase of nothing")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "cannot be read"),
        ("[]", "the policy: an object"),
        ('{"prompt": {}}', "version"),
        ('{"version": 1, "prompts": {}}', "prompts"),
        ('{"version": 1, "prompt": {"words": [1]}}', "prompt.words"),
        ('{"version": 1, "prompt": {"words": "absent.txt"}}', "absent.txt"),
        ('{"version": 1, "prompt": {"patterns": ["("]}}', "prompt.patterns"),
        ('{"version": 1, "input": {"sha256": ["abc"]}}', "input.sha256"),
        ('{"version": 1, "input": {"pictures": ["abcd"]}}', "input.pictures"),
        ('{"version": 1, "input": {"radius": 65}}', "input.radius"),
        ('{"version": 1, "output": {"classifier": "clip"}}', "output.classifier"),
        ('{"version": 1, "output": {"thresholds": {"nsfw": "high"}}}', "thresholds.nsfw"),
        ('{"version": 1, "output": {"thresholds": {"nsfw": NaN}}}', "thresholds.nsfw"),
    ],
)
def test_a_policy_that_cannot_be_followed_names_the_field(tmp_path, text, names):
    with pytest.raises(PolicyError, match=names):
        policy_of(tmp_path, text)


def test_a_list_may_be_a_file_beside_the_policy(tmp_path):
    (tmp_path / "words.txt").write_text("# from the list of May\nred fish\n\nblue\n")
    policy = policy_of(tmp_path, '{"version": 1, "prompt": {"words": "words.txt"}}')
    assert policy.words == ("red fish", "blue")


@pytest.mark.parametrize(
    ("prompt", "refused"),
    [
        ("a red fish", True),
        ("A RED   Fish, please", True),
        ("a r\u200bed fish", True),
        ("\uff52\uff45\uff44 fish", True),
        ("a red fisherman", False),
        ("gr33n", True),
        ("", False),
    ],
)
def test_a_prompt_is_refused_for_whole_words_and_patterns(tmp_path, prompt, refused):
    rules = '{"words": ["Red Fish"], "patterns": ["gr[3e]{2}n"]}'
    guard = Guard(policy_of(tmp_path, f'{{"version": 1, "prompt": {rules}}}'))
    if refused:
        with pytest.raises(EditError, match="input_blocked"):
            guard.check_prompt(prompt)
    else:
        guard.check_prompt(prompt)


def test_a_listed_file_is_refused_and_another_is_not():
    guard = Guard(Policy(sha256=frozenset({hashlib.sha256(b"listed").hexdigest()})))
    guard.check_file(b"another")
    with pytest.raises(EditError, match="input_blocked"):
        guard.check_file(b"listed")


def test_a_listed_picture_is_refused_at_another_size_and_compression(photo, tmp_path):
    Image.fromarray(photo).resize((333, 190)).save(tmp_path / "copy.jpg", quality=60)
    copy = np.asarray(Image.open(tmp_path / "copy.jpg"))
    guard = Guard(Policy(pictures=(format_hash(perceptual_hash(photo)[0]),)))
    with pytest.raises(EditError, match="input_blocked"):
        guard.check_picture(copy)
    guard.check_picture(noise_picture(90, 60))
    guard.check_picture(photo[:, ::-1])


def test_a_picture_without_features_is_like_none():
    flat = np.full((64, 64, 3), 9, np.uint8)
    value, quality = perceptual_hash(flat)
    assert quality == 0
    Guard(Policy(pictures=(format_hash(value),))).check_picture(flat)


# Hashes made with the published implementation, pdqhash 0.2.8 (`compute`, most significant bit first).
PHOTO_HASH = "ab5187ea6be207a2cfe50ad336eb0ea98b93b82b720b631a452bf85cf15c4529"
PATTERN_HASH = "999b3b336233c6731ce338e371c7c302070f1f0e7c0ff07a807203f4fff0fe00"


def test_the_hash_is_the_published_one(photo):
    y, x = np.mgrid[:300, :500]
    pattern = np.stack([(x * y // 37) % 256, (x // 9 * 31) % 256, (x + 2 * y) % 256], -1)
    value, quality = perceptual_hash(pattern.astype(np.uint8))
    assert (format_hash(value), quality) == (PATTERN_HASH, 100)
    # The photograph is larger than 512 pixels: it is made smaller first, and a few bits change.
    value, quality = perceptual_hash(photo)
    assert distances(parse_hash(PHOTO_HASH)[None], value)[0] <= 16
    assert quality == 100


def test_an_output_is_blocked_by_the_worst_of_its_crops():
    guard = Guard(Policy(thresholds={"red": 0.5}), Reddish())
    red, grey = np.zeros((8, 8, 3), np.uint8), np.full((8, 8, 3), 90, np.uint8)
    red[..., 0] = 255
    assert guard.blocks([grey, red])
    assert not guard.blocks([grey])
    assert not guard.blocks([])
    assert not Guard(Policy()).blocks([red])


def test_a_score_that_is_no_number_blocks():
    class Broken(Reddish):
        def score(self, crops):
            return [{"red": float("nan")} for _ in crops]

    assert Guard(Policy(thresholds={"red": 0.5}), Broken()).blocks([np.zeros((8, 8, 3), np.uint8)])


def test_the_classifier_looks_at_one_picture_after_another_whoever_asks():
    meeting = threading.Barrier(2)

    class Alone(Reddish):
        def score(self, crops):
            with contextlib.suppress(threading.BrokenBarrierError):
                meeting.wait(0.5)
                met.append(len(crops))
            return super().score(crops)

    met: list[int] = []
    guard = Guard(Policy(thresholds={"red": 0.5}), Alone())
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(guard.blocks, [[red], [red // 8]])) == [True, False]
    assert met == []


def test_the_policy_says_who_looks_at_outputs():
    def find(classifier, of_profile=lambda: None, **thresholds):
        policy = Policy(classifier=classifier, thresholds=thresholds)
        return find_classifier(policy, CPU, of_profile)

    assert find("none") is None
    assert find("profile", nsfw=0.0) is None
    assert isinstance(find("profile", Reddish, red=0.1), Reddish)
    assert find("test_safety:reddish", red=0.1).categories == {"red"}
    with pytest.raises(PolicyError, match="nsfw"):
        find("test_safety:reddish", nsfw=0.0)
    with pytest.raises(PolicyError, match="nothing"):
        find("test_safety:reddish")
    with pytest.raises(PolicyError, match="absent"):
        find("test_safety:absent", red=0.1)
