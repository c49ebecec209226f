"""The GraphQL schema and the way a request takes through it."""
