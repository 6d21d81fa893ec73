"""Edits as the edge hands them to coglet, and what it calls back with."""

import time

from conftest import Edge, box_mask, encoded, noise_picture

ENVIRONMENT = {"WEBHOOK_AUTH_TOKEN": "token", "OMP_NUM_THREADS": "1"}


def prediction(edge: Edge, n: int = 1, **changes: object) -> dict:
    """A prediction that coglet reports on to the edge; its pictures lie there already, unless the test put others."""
    edge.files.setdefault("/image", encoded(noise_picture(70, 50), "RGB"))
    edge.files.setdefault("/mask", encoded(box_mask(70, 50, (20, 10, 40, 30)), "L"))
    values = {
        "image_url": edge.url("/image"),
        "mask_url": edge.url("/mask"),
        "output_urls": [edge.url(f"/out/{index}") for index in range(n)],
        "manifest_url": edge.url("/manifest"),
        "preview_url": edge.url("/preview"),
        "edit": "edit_a",
        "attempt": 1,
        "n": n,
        "seed": 7,
        "steps": 3,
    }
    return {
        "input": values | changes,
        "webhook": edge.url("/callback"),
        "webhook_events_filter": ["start", "logs", "completed"],
    }


def until(edge: Edge, status: str, seconds: float = 60) -> dict:
    """The first callback with a status."""
    for _ in range(int(seconds * 20)):
        for callback in list(edge.callbacks):
            if callback["status"] == status:
                return callback
        time.sleep(0.05)
    raise TimeoutError(f"no callback said {status}: {edge.callbacks}")
