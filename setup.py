"""Builds the one compiled module of the project; without a C compiler everything works without it, only slower."""

from hashlib import sha256
from pathlib import Path

import lxml
from Cython.Build import cythonize
from setuptools import Extension, setup

SOURCE = Path("sec_assets/xbrl/walk/compiled.pyx")

[WALK] = cythonize(
    [
        Extension(
            "sec_assets.xbrl.walk.compiled",
            [str(SOURCE)],
            include_dirs=lxml.get_include(),
            define_macros=[("SOURCE", f'"{sha256(SOURCE.read_bytes()).hexdigest()}"')],
        )
    ],
    build_dir="build",
)
WALK.optional = True  # said here, as Cython forgets it

setup(ext_modules=[WALK])
