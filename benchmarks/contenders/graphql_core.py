"""Our schema, completed by graphql-core's own executor.

The view and the authentication are the product's own. Compiled execution is off, and some contenders replace resolvers.
Both changes last for one request, so these contenders are never measured with several clients.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from benchmarks.product import Schema, graphql_view, uses_schema


def graphql_core_view(copy: Schema) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return a view that executes ``copy`` with compiled execution off."""
    product = graphql_view()

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponseBase:
        with uses_schema(copy):
            return product(request)

    return view
