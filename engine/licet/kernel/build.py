"""The C library, built where a C compiler is at hand: `python engine/licet/kernel/build.py`.

The build backend calls it (`hatch_build.py`), so it imports nothing of Licet. Without a compiler there is no library,
and numpy decides the same.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

SOURCES = tuple(Path(__file__).with_name(name) for name in ("kernel.c", "records.c"))
FLAGS = ("-std=c11", "-O3", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden")
COMPILERS = ("cc", "gcc", "clang")


def library_file() -> Path:
    """Where the library of this platform lies, whether it is there or not; it serves every version of Python."""
    suffix = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return SOURCES[0].with_name(f"_kernel.{platform}{suffix}")


def source_fingerprint() -> str:
    """Which sources a library was built from."""
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in SOURCES)).hexdigest()[:16]


def compiler() -> Sequence[str] | None:
    """The command of a C compiler: `CC`, else the first one found; None where there is none."""
    named = shlex.split(os.environ.get("CC", ""))
    for command in [named] if named else [[name] for name in COMPILERS]:
        found = shutil.which(command[0])
        if found is not None:
            return [found, *command[1:]]
    return None


def build(target: Path, flags: Sequence[str] = ()) -> str:
    """Builds the library under a name. Returns why it could not be built, else an empty text."""
    command = compiler()
    if command is None:
        return "no C compiler was found"
    part = target.with_name(f".{target.name}.{os.getpid()}")
    sources = map(str, SOURCES)
    line = [*command, *FLAGS, *flags, f'-DLICET_SOURCE="{source_fingerprint()}"', *sources, "-o", str(part)]
    try:
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 - no shell
        if done.returncode:
            return done.stderr.strip() or f"`{command[0]}` ended with {done.returncode}"
        part.replace(target)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        part.unlink(missing_ok=True)
    return ""


if __name__ == "__main__":
    sys.exit(build(library_file()) or 0)
