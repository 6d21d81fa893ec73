"""The most memory held since a moment: a GPU's as torch counts it, else the process's as Linux does."""

from pathlib import Path

import torch

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
RESET_PEAK = "5"
"""What makes Linux forget the peak (proc(5), clear_refs)."""


def forget_peak(device: torch.device) -> None:
    """Begins anew."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif CLEAR.exists():
        CLEAR.write_text(RESET_PEAK)


def peak_megabytes(device: torch.device) -> float:
    """The most since `forget_peak`, in MB; 0 where the system does not say."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    if not STATUS.exists():
        return 0.0
    lines = STATUS.read_text().splitlines()
    peak = next((line for line in lines if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(peak.split()[1]) * 1024 / 1e6
