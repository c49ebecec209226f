"""Reference implementation of the queries: it reads one object at a time, with as many SQL queries as that takes.

It shares only the models and domain terms with the API. If both return the same response, batching has changed nothing
but the number of queries.
"""

from tests.properties.reference_implementation.execute import ReferenceImplementation, TooLargeError
from tests.properties.reference_implementation.fields import FIELDS

__all__ = ["FIELDS", "ReferenceImplementation", "TooLargeError"]
