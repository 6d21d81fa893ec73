"""What the container's log says of the time to its first edit."""

import json
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

from inlay.process_start import process_start
from inlay.setup_log import SetupLog

MODEL_IMAGE = Path(__file__).parents[2] / "model-image"


def test_a_part_is_what_happens_inside_it_and_the_total_counts_from_the_start():
    ticks = count(10)
    log = SetupLog(lambda: float(next(ticks)), started=4.0)
    with log.part("unet", "read_ms"):
        pass
    with log.part("unet", "read_ms"):
        pass
    log.book("import", "worker_ms", 0.25)
    line = json.loads(log.line(profile="tiny"))
    assert line == {
        "event": "setup",
        "profile": "tiny",
        "total_ms": 10_000.0,
        "parts": {"unet": {"read_ms": 2000.0}, "import": {"worker_ms": 250.0}},
    }


def test_the_first_edit_is_told_once_with_what_came_before_it():
    ticks = count(1)
    log = SetupLog(lambda: float(next(ticks)))
    log.line()
    timings = {"sample_ms": 30.0, "total_ms": 40.0}
    assert json.loads(log.first_edit(timings) or "") == {
        "event": "first_edit",
        "setup_ms": 1000.0,
        "edit": timings,
        "total_ms": 1040.0,
    }
    assert log.first_edit(timings) is None


def test_a_process_began_before_now_and_after_its_parent_which_is_booked():
    before = time.monotonic()
    code = "from inlay.setup_log import SetupLog; print(SetupLog.of_worker().line())"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=MODEL_IMAGE, capture_output=True, text=True, check=True
    )
    line = json.loads(told.stdout)
    spent = line["parts"]["server"]["start_ms"] + line["parts"]["import"]["worker_ms"]
    # The kernel counts a start in hundredths of a second.
    assert 0 < line["parts"]["import"]["worker_ms"] <= 1000 * (time.monotonic() - before) + 20
    assert process_start(os.getpid()) <= before
    assert spent <= line["total_ms"] + 1


def test_where_the_system_does_not_say_a_process_began_now():
    before = time.monotonic()
    assert before <= process_start(-1) <= time.monotonic()
