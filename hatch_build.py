"""Builds the C library into the package, where there is a compiler; without one the wheel is of Python alone."""

from __future__ import annotations

import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """One wheel for each platform, whatever the version of Python: the library has nothing of Python in it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Also for an editable install, which finds the library where the hook leaves it: beside its source."""
        if self.target_name != "wheel":
            return
        kernel = Path(self.root, "engine", "licet", "kernel")
        build = _module(kernel / "build.py")
        library = build.library_file()
        why_not = build.build(library)
        if why_not:
            library.unlink(missing_ok=True)
            self.app.display_warning(f"large tables are decided by numpy alone, without the C library: {why_not}")
            return
        if version != "editable":
            build_data["force_include"][str(library)] = f"licet/kernel/{library.name}"
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"


def _module(path: Path) -> Any:
    spec = spec_from_file_location("licet_kernel_build", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
