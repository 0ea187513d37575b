"""Another time of day for a program, without waiting for it."""
import os
import pathlib
import subprocess

from builder import PROGRAM

CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <sys/time.h>
static long shift(void) { const char* text = getenv("CW_CLOCK_SHIFT"); return text ? atol(text) : 0; }
int clock_gettime(clockid_t id, struct timespec* out)
{
  static int (*real)(clockid_t, struct timespec*);
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(id, out);
  if (result == 0 && id == CLOCK_REALTIME) out->tv_sec += shift();
  return result;
}
"""


def moved_clock(base):
    """A function from seconds to the variables with which a program's clock is so much ahead; None where there is no C compiler for the library that
    moves it, or the program does not start with it."""
    source, library = (pathlib.Path(base) / f"clock.{kind}" for kind in ("c", "so"))
    source.write_text(CLOCK)

    def at(seconds):
        return {"LD_PRELOAD": str(library), "CW_CLOCK_SHIFT": str(seconds)}
    made = subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], capture_output=True)
    if made.returncode != 0 or subprocess.run([PROGRAM, "--version"], env={**os.environ, **at(1)}, capture_output=True).returncode != 0:
        return None
    return at
