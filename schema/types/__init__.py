"""GraphQL types, one file for each subject.

Resolvers read from the objects that loaders return (see each `strawberry.Parent`), not from instances of these classes.
"""

# Import the enums first: a type that uses an enum before `describe` registers it without descriptions.
from schema.types import enums as enums
