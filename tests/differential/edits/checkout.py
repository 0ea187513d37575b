"""A checkout that is edited, with everything else that decides what is built: variables, features, profile, compiler, configuration above it."""
import os
import re

TOOLCHAINS = ["1.99.1", "1.95.0"]


class Inapplicable(Exception):
    """This edit has nothing to work on here."""


class Checkout:
    """A project's directory, and everything else that decides what is built."""

    def __init__(self, project, base):
        self.project, self.base, self.root = project, base, base / "checkout"
        self.env, self.features, self.release, self.toolchain = {}, [], False, TOOLCHAINS[0]
        self.branches = []
        self.made, self.pending, self.dear_steps = {}, None, 0

    def files(self):
        """What belongs to the project, sorted."""
        found = []
        for directory, subdirectories, names in os.walk(self.root):
            subdirectories[:] = sorted(d for d in subdirectories if not (directory == str(self.root) and d.startswith("target")))
            links = [name for name in subdirectories if os.path.islink(os.path.join(directory, name))]
            found += [os.path.relpath(os.path.join(directory, name), self.root) for name in names + links]
        return sorted(found)

    def sources(self, under=""):
        return [name for name in self.files() if name.endswith(".rs") and name.startswith(under) and not (self.root / name).is_symlink()]

    def snapshot(self):
        return ({name: (os.readlink(self.root / name) if (self.root / name).is_symlink() else (self.root / name).read_bytes()) for name in self.files()},
                dict(self.env), list(self.features), self.release, self.toolchain, self.outside())

    def outside(self):
        """The configuration of the directory that the checkout lies in."""
        path = self.base / ".cargo" / "config.toml"
        return path.read_text() if path.exists() else ""

    def switch(self, snapshot):
        """As a version control system does it: only what differs is written."""
        files, env, features, release, toolchain, outside = snapshot
        if outside != self.outside():
            (self.base / ".cargo").mkdir(exist_ok=True)
            (self.base / ".cargo" / "config.toml").write_text(outside)
        self.env, self.features, self.release, self.toolchain = dict(env), list(features), release, toolchain
        now = self.snapshot()[0]
        for name in now.keys() - files.keys():
            (self.root / name).unlink()
        for name, content in files.items():
            if now.get(name) == content:
                continue
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if isinstance(content, str):
                path.symlink_to(content)
            else:
                path.write_bytes(content)
        for directory, _, _ in sorted(os.walk(self.root), reverse=True):
            if not os.path.islink(directory) and not directory.startswith(str(self.root / "target")) and not os.listdir(directory):
                os.rmdir(directory)

    def arguments(self):
        words = ["-p", self.project.build, "--target", self.project.target]
        for feature in self.features:
            words += ["--features", feature]
        return words + (["--release"] if self.release else [])

    def profile(self):
        return "release" if self.release else "debug"

    def packages(self):
        return sorted(name for name in os.listdir(self.root) if (self.root / name / "Cargo.toml").exists())

    def read(self, name):
        return (self.root / name).read_text()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def substitute(self, name, pattern, new):
        text, count = re.subn(pattern, new, self.read(name), count=1)
        if not count:
            raise Inapplicable(f"{name} has no {pattern}")
        self.write(name, text)
