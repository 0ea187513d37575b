"""Pairs of commands measured turn by turn on a noisy machine: wall time, user+system time, the driver's own peak memory."""
import os
import pathlib
import statistics
import subprocess
import tempfile
import time


class Sample:
    def __init__(self, wall, cpu, peak_kib):
        self.wall, self.cpu, self.peak_kib = wall, cpu, peak_kib


def peak_of(pid):
    """VmHWM of the process itself in KiB; its children are not counted."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def run_once(command, cwd, env=None, watch_memory=False, fails=False):
    """Times one run; `cpu` counts all its children. Raises when it fails, or does not although it should."""
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=cwd, env=dict(os.environ, **(env or {})), stdout=subprocess.DEVNULL, stderr=errors)
        peak = ended = 0
        while not ended:
            peak = max(peak, peak_of(process.pid)) if watch_memory else 0
            ended, status, usage = os.wait4(process.pid, os.WNOHANG if watch_memory else 0)
            if not ended:
                time.sleep(0.02)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if (process.returncode != 0) != fails:
            errors.seek(0)
            fail(command, errors.read())
        return Sample(wall, usage.ru_utime + usage.ru_stime, peak)


def fail(command, error):
    raise RuntimeError(f"{' '.join(map(str, command))}: {error.decode(errors='replace')[-2000:]}")


def pairs(count, first, second, prepare=None, **options):
    """`count` interleaved runs of both, the order alternating. Each of first, second: (command, cwd, env)."""
    samples = ([], [])
    for i in range(count):
        for which in ((0, 1) if i % 2 == 0 else (1, 0)):
            if prepare:
                prepare(which)
            samples[which].append(run_once(*(first, second)[which], **options))
    return samples


def median(samples, field):
    return statistics.median(getattr(sample, field) for sample in samples)


def median_ratio(samples, field):
    """Median of the pairwise ratios cargo / ours: above 1 we are faster (or smaller)."""
    return statistics.median(getattr(a, field) / max(1e-9, getattr(b, field)) for a, b in zip(*samples))
