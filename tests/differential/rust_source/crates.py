"""The crates of imports/, compiled once for each target, with what rustc was told and which files it read."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import corpus  # noqa: E402

BUILD = pathlib.Path(os.environ.get("CW_BUILD_DIR", HERE.parents[2] / "build")).resolve()
WORK = BUILD / "rust-source"
DUMP = BUILD / "tests" / "differential" / "rust_source" / "cw_rust_dump"


class Unit:
    """One call of the compiler."""

    def __init__(self, record):
        self.record = record
        self.name = record["crate"]
        self.target = record["target"]
        self.arguments = record["arguments"]
        # The first argument is the compiler.
        self.root = pathlib.Path(record["directory"]) / next(a for a in self.arguments[1:] if a.endswith(".rs") and not a.startswith("-"))

    def edition(self):
        return next((a.split("=")[1] for a in self.arguments if a.startswith("--edition=")), "2015")

    def description(self):
        """For cw_rust_dump."""
        cfg = target_cfg(self.target) + [self.arguments[i + 1] for i, a in enumerate(self.arguments) if a == "--cfg"]
        environment = [f"{key}={value}" for key, value in self.record["environment"].items()
                       if (key == "OUT_DIR" or key.startswith("CARGO_")) and "\n" not in value]
        lines = [f"root {self.root}", f"edition {self.edition()}", *(f"cfg {fact}" for fact in cfg), *(f"env {entry}" for entry in environment)]
        return "".join(line + "\n" for line in lines)

    def files_read(self):
        """From the dep-info: each file has a line of its own, so that deleting one breaks no build."""
        lines = pathlib.Path(self.record["dep_info"]).read_text().splitlines()
        named = (line[:-1].replace("\\ ", " ") for line in lines if line.endswith(":") and not line.startswith("#"))
        return {os.path.realpath(pathlib.Path(self.record["directory"]) / name) for name in named}

    def expanded(self):
        path = WORK / f"{self.name}-{self.target}.rs"
        environment = dict(self.record["environment"], RUSTC_BOOTSTRAP="1")
        environment.pop("CARGO_MAKEFLAGS", None)
        kept = [a for a in self.arguments if not a.startswith(("--error-format", "--json"))]
        done = subprocess.run([*kept, "-Zunpretty=expanded", "-o", str(path)], cwd=self.record["directory"], env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.name} does not expand: {done.stderr[-1000:]}")
        return path


CFG = {}


def target_cfg(target):
    if target not in CFG:
        extra = ["--target", target] if target else []
        done = subprocess.run(["rustc", f"+{corpus.TOOLCHAIN}", "--print", "cfg", *extra], capture_output=True, text=True, check=True)
        CFG[target] = done.stdout.splitlines()
    return CFG[target]


def compiled(target):
    """The library units that `cargo check` of imports/ consists of, host ones included."""
    home = WORK / f"records-{target}"
    home.mkdir(parents=True, exist_ok=True)
    environment = {"RUSTC_WRAPPER": str(HERE / "record.py"), "CW_RECORDS": str(home), "CARGO_TARGET_DIR": str(WORK / "target")}
    corpus.cargo("check", "--locked", "--target", target, "--jobs", os.environ.get("CW_JOBS", "2"), cwd=HERE / "imports", env=environment)
    units = [Unit(json.loads(path.read_text())) for path in sorted(home.glob("*.json"))]
    return [unit for unit in units if unit.name != "build_script_build" and pathlib.Path(unit.record["dep_info"]).exists()]


def dump(command, text):
    done = subprocess.run([str(DUMP), command], input=text, capture_output=True, text=True, check=True)
    return done.stdout.split("end\n")[:-1]
