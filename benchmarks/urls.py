"""The product's URLs as they are, and one for each other way."""

from django.urls import include, path

from benchmarks.ways.graphql_core import graphql_core_view
from benchmarks.ways.hand_written import hand_written
from benchmarks.ways.old_loop import old_loop
from benchmarks.ways.read_ahead import read_ahead_schema
from benchmarks.ways.single_loads import single_loads_schema
from schema.build import schema

urlpatterns = [
    path("", include("primepath.urls")),
    path("ways/old-loop", old_loop),
    path("ways/hand-written", hand_written),
    path("ways/graphql-core", graphql_core_view(schema)),
    path("ways/read-ahead", graphql_core_view(read_ahead_schema())),
    path("ways/single-loads", graphql_core_view(single_loads_schema())),
]
