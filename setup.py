"""Builds the compiled modules of the project; without a C compiler everything works without them, only slower."""

from hashlib import sha256
from pathlib import Path

import lxml
from Cython.Build import cythonize
from setuptools import Extension, setup

FOLDER = Path("sec_assets/xbrl/walk")
SOURCES = sorted([*FOLDER.glob("*.pxd"), *FOLDER.glob("*.pyx")])


def digest() -> str:
    """Return the SHA-256 of all sources together, as `sec_assets.xbrl.walk.library` has it."""
    return sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()


def module(name: str) -> Extension:
    """Return a compiled module that knows the sources it was compiled from."""
    return Extension(
        f"sec_assets.xbrl.walk.{name}",
        [str(FOLDER / f"{name}.pyx")],
        include_dirs=lxml.get_include(),
        define_macros=[("WALK_SOURCES", f'"{digest()}"')],
    )


MODULES = cythonize([module(source.stem) for source in sorted(FOLDER.glob("*.pyx"))], build_dir="build")
for each in MODULES:
    each.optional = True  # said here, as Cython forgets it

setup(ext_modules=MODULES)
