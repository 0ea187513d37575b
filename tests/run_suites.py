#!/usr/bin/env python3
"""Runs the test suites and sums them up.

First every Catch2 program that ctest knows of, counted test case by test case; then the lines of
tests/suites.txt, whose commands report `ok - NAME`, `not ok - NAME` or `skip - NAME: REASON`, a line
each. A suite that reports nothing, or ends badly without a `not ok`, counts as one failure. Neighbours with a `*`
run beside each other in tier `test`, as many at a time as there are jobs, those with `**` twice as many; what each tells
is shown together, in the order of the list.

A suite that fails runs once more: they start real compilers, browsers and servers, and a machine shared with
others can stop one of those for seconds. What fails twice has failed. What fails once is shown whole all the
same and named at the end as unsteady, for it is a defect, of the test if not of the program.

The last line is `N passed, N failed` (with `, N skipped` and `, N unsteady` where something was); the exit
status is 1 after a failure.
"""

import argparse
import concurrent.futures
import itertools
import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = re.compile(r"^(ok|not ok|skip) - (.*)$")
UNIT_TIMEOUT_S = 900
SUITE_TIMEOUT_S = {"test": 1500, "all": 4 * 3600}
SHOWN_LINES = 60


@dataclass
class Outcome:
    name: str
    passed: int = 0
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    unsteady: list = field(default_factory=list)  # failed at first, not when the suite ran again
    seconds: float = 0.0
    processor_seconds: float = 0.0  # of the suite's processes that ended
    detail: str = ""


@dataclass
class Suite:
    name: str
    command: str
    neighbours: int  # a processor, that run beside it and are marked as it is; 0: it has the machine for itself


def unit_programs(build_dir):
    """The test programs ctest lists: name, command, working directory."""
    listing = subprocess.run(["ctest", "--test-dir", str(build_dir), "--show-only=json-v1"],
                             capture_output=True, text=True, check=True)
    for test in json.loads(listing.stdout)["tests"]:
        properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
        yield test["name"], test.get("command", []), properties.get("WORKING_DIRECTORY", str(build_dir))


def failure_text(case):
    lines = []
    for node in case.iter():
        place = f"{node.get('filename', '')}:{node.get('line', '')}"
        if node.tag == "Expression" and node.get("success") == "false":
            original = (node.findtext("Original") or "").strip()
            expanded = (node.findtext("Expanded") or "").strip()
            lines += [f"    {place}: {node.get('type')}( {original} )", f"      with: {expanded}"]
        elif node.tag in ("Exception", "Failure", "FatalErrorCondition"):
            lines.append(f"    {place}: {node.tag}: {(node.text or '').strip()}")
    return lines


def run_unit(name, command, directory, log_dir):
    """Catch2's XML reporter has the same shape in versions 2 and 3."""
    outcome = Outcome(name)
    report = log_dir / f"{name}.xml"
    begin = time.monotonic()
    try:
        run = subprocess.run([*command, "--reporter", "xml", "--out", str(report)], cwd=directory,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                             timeout=UNIT_TIMEOUT_S)
        status, text = run.returncode, run.stdout + run.stderr
    except subprocess.TimeoutExpired:
        status, text = -1, f"no end after {UNIT_TIMEOUT_S} s"
    except OSError as error:
        status, text = -1, str(error)
    outcome.seconds = time.monotonic() - begin
    lines = []
    try:
        cases = list(ElementTree.parse(report).getroot().iter("TestCase"))
    except (ElementTree.ParseError, OSError) as error:
        outcome.failed.append(f"{name} ended before its report did")
        lines.append(f"  exit status {status}: {error}")
        cases = []
    for case in cases:
        result = case.find("OverallResult")
        if result is not None and result.get("skips", "0") != "0":
            outcome.skipped.append(case.get("name"))
        elif result is not None and result.get("success") == "true":
            outcome.passed += 1
        else:
            outcome.failed.append(f"{name}: {case.get('name')}")
            lines += [f"  {case.get('filename')}:{case.get('line')}: {case.get('name')}", *failure_text(case)]
    if status != 0 and not outcome.failed:
        outcome.failed.append(f"{name} exits with {status} though no test case failed")
    if not cases and not outcome.failed:
        outcome.failed.append(f"{name} ran no test case")
    if outcome.failed:
        lines += text.splitlines()[-SHOWN_LINES:]
    outcome.detail = "\n".join(lines)
    return outcome


def read_suites(tier):
    for line in (ROOT / "tests/suites.txt").read_text().splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            suite_tier, name, command = line.split(None, 2)
            neighbours = suite_tier.count("*") if tier == "test" else 0  # in tier `all` some install toolchains
            suite_tier = suite_tier.rstrip("*")
            if suite_tier not in ("test", "all"):
                sys.exit(f"tests/suites.txt: unknown tier `{suite_tier}`")
            if tier == "all" or suite_tier == "test":
                yield Suite(name, command, neighbours)


def print_line(line):
    print(line, flush=True)


def run_suite(suite, environment, log_dir, timeout, verbose, tell):
    name = suite.name
    outcome = Outcome(name)
    begin = time.monotonic()
    lines = []
    with open(log_dir / f"{name}.log", "w", encoding="utf-8") as log:
        child = subprocess.Popen(["timeout", "--kill-after=20", str(timeout), "bash", "-c", suite.command], cwd=ROOT,
                                 env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True, errors="replace")
        for line in child.stdout:
            log.write(line)
            log.flush()
            line = line.rstrip("\n")
            lines.append(line)
            match = REPORT.match(line)
            if not match:
                if verbose:
                    tell(f"    {line}")
                continue
            verdict, what = match.groups()
            if verdict == "ok":
                outcome.passed += 1
            elif verdict == "skip":
                outcome.skipped.append(what)
            else:
                outcome.failed.append(f"{name}: {what}")
            if verdict != "ok" or verbose:
                tell(f"    {line}")
        _, status, usage = os.wait4(child.pid, 0)
        status = child.returncode = os.waitstatus_to_exitcode(status)
    outcome.processor_seconds = usage.ru_utime + usage.ru_stime
    outcome.seconds = time.monotonic() - begin
    if status == 124:
        outcome.failed.append(f"{name}: no end after {timeout} s")
    elif status != 0 and not outcome.failed:
        outcome.failed.append(f"{name}: exit status {status}")
    elif not outcome.passed and not outcome.failed and not outcome.skipped:
        outcome.failed.append(f"{name}: reported no check")
    if outcome.failed:
        outcome.detail = "\n".join(f"  | {line}" for line in lines[-SHOWN_LINES:])
    return outcome


def groups_of(suites):
    """Neighbours that may run beside each other, and each of the others alone."""
    for neighbours, group in itertools.groupby(suites, key=lambda suite: suite.neighbours):
        if neighbours:
            yield list(group)
        else:
            yield from ([suite] for suite in group)


def run_group(group, jobs, log_dir, run):
    """The outcomes of suites of which `jobs` run at a time, or twice as many. What fails runs once more when the others have ended, alone."""
    def first_run(suite):
        told = []
        return suite, run(suite, told.append if len(group) > 1 else print_line), told

    failed = []
    with concurrent.futures.ThreadPoolExecutor(max(1, jobs * group[0].neighbours)) as pool:
        for suite, outcome, told in pool.map(first_run, group):
            for line in told:
                print_line(line)
            show(outcome)
            if outcome.failed:
                failed.append((suite, outcome))
            else:
                yield outcome
    for suite, first in failed:
        print_line(f"    {suite.name} once more, since a check failed:")
        (log_dir / f"{suite.name}.log").rename(log_dir / f"{suite.name}.first.log")
        second = run(suite, print_line)
        second.unsteady = [what for what in first.failed if what not in second.failed]
        show(second)
        yield second


def show(outcome):
    counts = f"{outcome.passed:5} ok"
    if outcome.failed:
        counts += f", {len(outcome.failed)} failed"
    if outcome.unsteady:
        counts += f", {len(outcome.unsteady)} unsteady"
    if outcome.skipped:
        counts += f", {len(outcome.skipped)} skipped"
    busy = f"{outcome.processor_seconds / outcome.seconds:4.1f} processors" if outcome.processor_seconds else " " * 15
    print(f"  {outcome.name:28} {outcome.seconds:7.1f} s {busy}  {counts}", flush=True)
    if outcome.detail:
        print(outcome.detail, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build")
    parser.add_argument("--tier", choices=("test", "all"), default="test")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--program", help="the cargo-wasm under test; by default the one in the build directory")
    parser.add_argument("--setup", action="append", default=[], metavar="NAME=ok|failed",
                        help="a step that ran before and counts as one check")
    parser.add_argument("--units-only", action="store_true")
    parser.add_argument("--only", help="a regular expression: run the suites whose name it matches")
    parser.add_argument("-v", "--verbose", action="store_true", help="show every line of every suite")
    options = parser.parse_args()
    build_dir = options.build_dir.resolve()
    log_dir = build_dir / "test-logs"
    log_dir.mkdir(parents=True, exist_ok=True)
    wanted = re.compile(options.only or "")
    begin = time.monotonic()
    outcomes = []

    for entry in options.setup:
        name, _, state = entry.partition("=")
        outcome = Outcome(name)
        if state == "ok":
            outcome.passed = 1
        else:
            outcome.failed.append(f"{name} failed during set-up")
        outcomes.append(outcome)

    programs = [entry for entry in unit_programs(build_dir) if wanted.search(entry[0])]
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        runs = [pool.submit(run_unit, *entry, log_dir) for entry in programs]
        for run in runs:
            outcomes.append(run.result())
            show(outcomes[-1])

    if not options.units_only:
        program = options.program or str(build_dir / "driver/cli/cargo-wasm")
        environment = dict(os.environ, CARGO_WASM_CACHE=os.environ.get("CW_STORE", "off"), CARGO_WASM=program, CW_BUILD_DIR=str(build_dir), CW_TIER=options.tier,
                           CW_JOBS=str(options.jobs))
        def run(suite, tell):
            return run_suite(suite, environment, log_dir, SUITE_TIMEOUT_S[options.tier], options.verbose, tell)

        for group in groups_of(suite for suite in read_suites(options.tier) if wanted.search(suite.name)):
            outcomes += run_group(group, options.jobs, log_dir, run)

    failed = [what for outcome in outcomes for what in outcome.failed]
    skipped = [what for outcome in outcomes for what in outcome.skipped]
    unsteady = [what for outcome in outcomes for what in outcome.unsteady]
    passed = sum(outcome.passed for outcome in outcomes)
    print(f"\n{time.monotonic() - begin:.0f} s in all; the logs are in {log_dir}")
    for what in failed:
        print(f"failed: {what}")
    for what in unsteady:
        print(f"unsteady, failed at first: {what}")
    for what in skipped:
        print(f"skipped: {what}")
    summary = f"{passed} passed, {len(failed)} failed"
    if skipped:
        summary += f", {len(skipped)} skipped"
    if unsteady:
        summary += f", {len(unsteady)} unsteady"
    print(summary)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
