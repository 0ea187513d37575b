"""The real projects that the differential suites share: published crates with their packaged locks.

A crate is brought by cargo itself (`cargo fetch` of a throw-away project that names it), so that no address is written here, and
copied out of cargo's own directory, so that building it changes nothing there.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

TOOLCHAIN = "1.99.1"
CACHE = pathlib.Path(os.environ.get("CW_CORPUS", pathlib.Path.home() / ".cache" / "cargo-wasm-tests" / "corpus"))


def cargo(*args, cwd, env=None, check=True):
    """Runs the reference cargo; output is captured."""
    full = dict(os.environ, **(env or {}))
    full.pop("CARGO", None)
    result = subprocess.run(["cargo", f"+{TOOLCHAIN}", *args], cwd=cwd, env=full, capture_output=True, text=True)
    if check and result.returncode != 0:
        raise RuntimeError(f"cargo {' '.join(args)} in {cwd}: {result.stderr[-3000:]}")
    return result


def cargo_home():
    return pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))


def unpacked(name, version):
    """Where cargo keeps the unpacked crate, or None."""
    found = sorted((cargo_home() / "registry" / "src").glob(f"*/{name}-{version}/.cargo-ok"))  # written last
    return found[0].parent if found else None


def project(name, version):
    """A private copy of a published crate, with the lock it was packaged with and its dependencies downloaded."""
    copy = CACHE / f"{name}-{version}"
    if (copy / "Cargo.toml").exists():
        return copy
    if unpacked(name, version) is None:
        with tempfile.TemporaryDirectory() as scratch:
            root = pathlib.Path(scratch)
            (root / "src").mkdir()
            (root / "src" / "lib.rs").write_text("")
            (root / "Cargo.toml").write_text(
                f'[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{name} = "={version}"\n')
            cargo("fetch", cwd=root)
    CACHE.mkdir(parents=True, exist_ok=True)
    part = CACHE / f"{name}-{version}.part{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(unpacked(name, version), part)
    (part / ".cargo-ok").unlink(missing_ok=True)
    # A workspace of its own, wherever the cache lies.
    manifest = (part / "Cargo.toml").read_text()
    if "\n[workspace]" not in manifest:
        (part / "Cargo.toml").write_text(manifest + "\n[workspace]\n")
    cargo("fetch", "--locked", cwd=part, check=False)
    put_in_place(part, copy)
    return copy


def put_in_place(part, place):
    """Renames a directory that was filled, unless another suite was faster."""
    try:
        part.rename(place)
    except OSError:
        if not place.exists():
            raise
        shutil.rmtree(part)


def report(good, name, detail=""):
    """One line of the suites' protocol."""
    print(f"{'ok' if good else 'not ok'} - {name}", flush=True)
    if not good and detail:
        print("  " + detail.replace("\n", "\n  "), flush=True)
    return good
