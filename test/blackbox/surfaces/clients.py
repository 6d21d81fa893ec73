"""Edits by the Python clients `replicate` and `openai`; prints what came of each step as one JSON object.

The photograph and its mask are the first two arguments, an empty mask the third, the mask as OpenAI has it the fourth;
URL, key and the key of an account without credits come by the environment.
"""

import base64
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import openai
import replicate
from replicate.exceptions import ModelError, ReplicateError

photo, mask, empty, alpha = map(Path, sys.argv[1:5])
url, key, poor = (os.environ[name] for name in ("INLAY_URL", "INLAY_KEY", "INLAY_POOR"))
results = Path(tempfile.mkdtemp(prefix="inlay-python-"))


def saved(name: str, content: bytes) -> str:
    """Writes a result for the test to look at; returns its path."""
    path = results / name
    path.write_bytes(content)
    return str(path)


def raised(kind: type[Exception], work: Callable[[], object]) -> Exception:
    """The exception that the work raises."""
    try:
        work()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


def with_replicate() -> dict[str, object]:
    """Uploads, creates, waits, lists, deletes, cancels, and fails in each way."""
    os.environ["REPLICATE_POLL_INTERVAL"] = "0.1"
    client = replicate.Client(api_token=key, base_url=url)
    steps = {"num_inference_steps": 2, "seed": 7}
    beggar = replicate.Client(api_token=poor, base_url=url)
    with photo.open("rb") as image, mask.open("rb") as hole:
        pictures = {"image": image, "mask": hole}
        output = client.run("inlay/erase", input=pictures | steps)
        unpaid = raised(ReplicateError, lambda: beggar.run("inlay/erase", input=pictures))
    content = client._client.get(output[0]).content

    file = client.files.create(photo, metadata={"album": "lawn"})
    holes = client.files.create(mask)
    again = {"image": file.urls["get"], "mask": holes.urls["get"], "num_inference_steps": 50}
    model = client.deployments.predictions
    waited = model.create(("inlay", "erase"), input=again | steps)
    waited.wait()
    canceled = client.predictions.create(version="inlay/erase", input=again)
    canceled.cancel()
    canceled.wait()

    spare = client.files.create(mask).id
    files = {
        "listed": spare in [one.id for one in client.files.list()],
        "deleted": client.files.delete(spare),
        "left": spare in [one.id for one in client.files.list()],
    }

    failing = again | {"mask": client.files.create(empty).urls["get"]}
    unknown = raised(ReplicateError, lambda: client.run("acme/painter", input=again))
    invalid = raised(ReplicateError, lambda: client.run("inlay/erase", input={"image": "x"}))
    stranger = replicate.Client(api_token=key[::-1], base_url=url)
    return {
        "result": saved("replicate.png", content),
        "file": {"name": file.name, "metadata": client.files.get(file.id).metadata},
        "waited": {"status": waited.status, "current": waited.progress.current},
        "canceled": canceled.status,
        "listed": canceled.id in [one.id for one in client.predictions.list()],
        "files": files,
        "secret": client.webhooks.default.secret().key[:6],
        "failed": str(raised(ModelError, lambda: client.run("inlay/erase", input=failing))),
        "unknown": [unknown.status, unknown.title],
        "invalid": [invalid.status, invalid.title],
        "stranger": raised(ReplicateError, stranger.predictions.list).status,
        "poor": unpaid.status,
    }


def with_openai() -> dict[str, object]:
    """Edits, streams, goes away from a stream, and fails in each way."""
    client = openai.OpenAI(api_key=key, base_url=f"{url}/v1")
    own = {"seed": 7}
    ask = {"image": photo, "mask": alpha, "prompt": "a lawn", "quality": "low", "extra_body": own}
    answer = client.images.edit(**ask)
    events = list(client.images.edit(**ask, stream=True, partial_images=1))
    client.images.edit(**ask | {"quality": "max"}, stream=True).close()
    newest = replicate.Client(api_token=key, base_url=url).predictions.list()[0]
    newest.wait()

    invalid = raised(openai.BadRequestError, lambda: client.images.edit(**ask, n=9))
    failed = raised(openai.BadRequestError, lambda: client.images.edit(**ask | {"mask": empty}))
    stranger = openai.OpenAI(api_key=key[::-1], base_url=f"{url}/v1")
    beggar = openai.OpenAI(api_key=poor, base_url=f"{url}/v1")
    return {
        "result": saved("openai.png", base64.b64decode(answer.data[0].b64_json)),
        "streamed": saved("streamed.png", base64.b64decode(events[-1].b64_json)),
        "last": events[-1].type,
        "invalid": [invalid.code, invalid.param],
        "failed": failed.code,
        "stranger": raised(
            openai.AuthenticationError, lambda: stranger.images.generate(prompt="a lawn")
        ).code,
        "poor": raised(openai.RateLimitError, lambda: beggar.images.edit(**ask)).code,
        "left": newest.status,
    }


print(json.dumps({"replicate": with_replicate(), "openai": with_openai()}))
