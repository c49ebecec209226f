"""The types a client can see, one subject a file.

Their fields are read from what loaders give (`strawberry.Parent` names it), not from instances of these classes.
"""

# First, since a type that mentions an enumeration before it is described fixes it without descriptions.
from schema.types import enums as enums
