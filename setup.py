"""Builds the one compiled module of the project; without a C compiler everything works without it, only slower."""

import lxml
from Cython.Build import cythonize
from setuptools import Extension, setup

WALK = Extension(
    "sec_assets.xbrl.walk.compiled",
    ["sec_assets/xbrl/walk/compiled.pyx"],
    include_dirs=lxml.get_include(),
    optional=True,
)

setup(ext_modules=cythonize([WALK], build_dir="build"))
