"""The product's own URLs, plus one for each other contender."""

from django.urls import include, path

from benchmarks.contenders.graphql_core import graphql_core_view
from benchmarks.contenders.hand_written import hand_written
from benchmarks.contenders.old_loop import old_loop
from benchmarks.contenders.prefetch import prefetch_schema
from benchmarks.contenders.single_loads import single_loads_schema
from benchmarks.product import schema

urlpatterns = [
    path("", include("primepath.urls")),
    path("contenders/old-loop", old_loop),
    path("contenders/hand-written", hand_written),
    path("contenders/graphql-core", graphql_core_view(schema)),
    path("contenders/prefetch", graphql_core_view(prefetch_schema())),
    path("contenders/single-loads", graphql_core_view(single_loads_schema())),
]
