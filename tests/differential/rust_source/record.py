#!/usr/bin/env python3
"""As RUSTC_WRAPPER: runs the compiler, and writes down each unit's command, directory and environment in CW_RECORDS, a JSON file each."""
import json
import os
import pathlib
import sys


def main():
    arguments = sys.argv[1:]
    named = {flag: arguments[i + 1] for i, flag in enumerate(arguments[:-1]) if flag in ("--crate-name", "--out-dir", "--target")}
    extra = next((a.split("=", 1)[1] for a in arguments if a.startswith("extra-filename=")), None)
    if "--out-dir" in named and extra is not None:
        record = {"arguments": arguments, "directory": os.getcwd(), "environment": dict(os.environ), "crate": named["--crate-name"],
                  "target": named.get("--target"), "dep_info": os.path.join(named["--out-dir"], named["--crate-name"] + extra + ".d")}
        path = pathlib.Path(os.environ["CW_RECORDS"]) / (named["--crate-name"] + extra + ".json")
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(record))
        part.rename(path)
    os.execvp(arguments[0], arguments)


main()
