"""The product's settings, plus the URLs of the other contenders."""

from primepath.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
