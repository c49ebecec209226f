"""The product's settings, with the other ways beside its own URLs."""

from primepath.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
