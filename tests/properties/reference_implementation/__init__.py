"""A second, naive way to answer a document: one thing at a time, however many queries that takes.

It shares the models and the words of the domain with the API, and no other code; so where both give
the same answer, batching has changed nothing but the number of queries.
"""

from tests.properties.oracle.fields import FIELDS
from tests.properties.oracle.walk import Oracle, TooMuchError

__all__ = ["FIELDS", "Oracle", "TooMuchError"]
