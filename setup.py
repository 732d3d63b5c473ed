"""Builds the compiled modules of the project; without a C compiler everything works without them, only slower."""

from hashlib import sha256
from pathlib import Path

import lxml
from Cython.Build import cythonize
from setuptools import Extension, setup

FOLDER = Path("sec_assets/xbrl/walk")


def module(name: str) -> Extension:
    """Return a compiled module that knows the source it was compiled from."""
    source = FOLDER / f"{name}.pyx"
    digest = sha256(source.read_bytes()).hexdigest()
    return Extension(
        f"sec_assets.xbrl.walk.{name}",
        [str(source)],
        include_dirs=lxml.get_include(),
        define_macros=[(f"{name.upper()}_SOURCE", f'"{digest}"')],
    )


MODULES = cythonize([module("compiled"), module("scan")], build_dir="build")
for each in MODULES:
    each.optional = True  # said here, as Cython forgets it

setup(ext_modules=MODULES)
