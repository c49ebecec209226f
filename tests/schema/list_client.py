"""A client that stores a list and updates it by delta sync, as docs/clients/delta-sync.md describes it."""

from __future__ import annotations

from typing import Any

from primepath.domain.viewer import Viewer
from tests.client import answer, error_codes

EXAMS = """
query ($after: String, $page: String, $first: Int = 3, $active: Boolean) {
  list: exams(filter: { isActive: $active }, first: $first, after: $page, changesAfter: $after) { ...Page edges { node {
    id name type isActive version canEdit createdBy { name } curriculumLevel { name subprogram { program { name } } }
  } } }
}
fragment Page on ExamConnection { syncToken removedIds pageInfo { hasNextPage endCursor } }
"""
DIRECTORY = """
query ($after: String, $page: String, $first: Int = 3) {
  list: classDirectory(first: $first, after: $page, changesAfter: $after) { ...Page edges { node { id code name grade section } } }
}
fragment Page on ClassListingConnection { syncToken removedIds pageInfo { hasNextPage endCursor } }
"""
ASSIGNMENTS = """
query ($after: String, $page: String, $first: Int = 3) { viewer {
  list: assignmentConnection(first: $first, after: $page, changesAfter: $after) { ...Page edges { node {
    id accessLevel expiresAt isActive teacher { name } schoolClass { code name }
  } } }
} }
fragment Page on TeacherClassAssignmentConnection { syncToken removedIds pageInfo { hasNextPage endCursor } }
"""
REQUESTS = """
query ($after: String, $page: String, $first: Int = 3, $status: AccessRequestStatus) {
  list: classAccessRequests(status: $status, first: $first, after: $page, changesAfter: $after) { ...Page edges { node {
    id status requestedAccessLevel reviewNote reviewedAt teacher { name } classListing { code name } reviewedBy { name }
  } } }
}
fragment Page on ClassAccessRequestConnection { syncToken removedIds pageInfo { hasNextPage endCursor } }
"""
LISTS = {
    "exams": EXAMS,
    "classDirectory": DIRECTORY,
    "assignmentConnection": ASSIGNMENTS,
    "classAccessRequests": REQUESTS,
}
Items = dict[str, dict[str, Any]]


class ListClient:
    """Stores the ``items`` of a list by id. It starts with a full read, page by page.

    ``expirations`` counts how often its token was expired, so that it loaded the list again.
    """

    def __init__(self, field: str, viewer: Viewer, **variables: Any) -> None:
        self.document, self.viewer, self.variables = LISTS[field], viewer, variables
        self.token: str | None = None
        self.items: Items = {}
        self.expirations = 0
        self.sync()

    def answer(self, **variables: Any) -> dict[str, Any]:
        return answer(self.document, self.viewer, {**self.variables, **variables})

    def fetch(self, token: str | None) -> tuple[Items, set[str], str]:
        """Return the items of all pages, the removed ids, and the token of the first page."""
        items: Items = {}
        removed: set[str] = set()
        first_token, page = None, None
        while True:
            response = self.answer(after=token, page=page)
            assert "errors" not in response, response["errors"]
            found = response["data"].get("viewer", response["data"])["list"]
            items |= {edge["node"]["id"]: edge["node"] for edge in found["edges"]}
            removed |= set(found["removedIds"])
            first_token = first_token or found["syncToken"]
            if not found["pageInfo"]["hasNextPage"]:
                return items, removed, first_token
            page = found["pageInfo"]["endCursor"]

    def sync(self) -> tuple[Items, set[str]]:
        """Fetch the changes since the last sync and merge them. Return the changed items and the removed ids."""
        if self.token is not None:
            codes = error_codes(self.answer(after=self.token))
            assert set(codes.values()) <= {"SYNC_TOKEN_EXPIRED"}, codes
            if codes:
                self.token, self.items = None, {}
                self.expirations += 1
        items, removed, self.token = self.fetch(self.token)
        for id in removed:
            self.items.pop(id, None)
        assert not items.keys() & removed
        self.items |= items
        return items, removed

    def fetch_all(self) -> Items:
        """Return the items of a full read."""
        return self.fetch(None)[0]
