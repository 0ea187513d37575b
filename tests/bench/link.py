"""The link of a build, to be done again: its objects, which rustc removes, are kept by a linker that copies them first."""
import json
import os
import pathlib
import shutil

KEEPING = """#!/bin/sh
for file in "$@"; do
  case $file in *.o) [ -f "$file" ] && cp -- "$file" '{kept}' ;; esac
done
exec '{linker}' "$@"
"""


def keeping_inputs(command, kept, cargo):
    """The build command as it is, under `env` with a linker that keeps what it links."""
    kept.mkdir(parents=True)
    linker = next(pathlib.Path(cargo[0]).parents[1].glob("lib/rustlib/*/bin/rust-lld"))
    script = kept / "rust-lld"
    script.write_text(KEEPING.format(kept=kept, linker=linker))
    script.chmod(0o755)
    return (["env", f"CARGO_TARGET_WASM32_WASIP1_LINKER={script}", *command],)


def commands(target, kept, work):
    """((command, variables) of the linker alone, the same with the shim before it), with all inputs in place again."""
    report = json.loads(next((target / ".cargo-wasm/wasm32-wasip1").glob("**/rg-*.link.json")).read_text())
    linker = next(line.split("'")[1] for line in pathlib.Path(report["linker"]).read_text().splitlines() if line.startswith("exec"))
    arguments = [argument for argument in report["arguments"] if argument not in report["added"]]
    for argument in arguments:
        if argument.endswith(".o") and (kept / os.path.basename(argument)).exists():
            pathlib.Path(argument).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(kept / os.path.basename(argument), argument)
    variables = {"CARGO_WASM_LINKER": linker, "CARGO_WASM_LINK_REPORT": str(work / "again.json"), "CARGO_WASM_LINK_POLICY": "enforce"}
    return ([linker, *arguments], {}), ([str(target / ".cargo-wasm/wasm-ld"), *arguments], variables)
