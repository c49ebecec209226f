"""Files over plain HTTP: uploads, downloads and calendar feeds. Their meaning is in the GraphQL API."""
