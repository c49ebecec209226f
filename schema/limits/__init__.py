"""Limits on what one request can ask for.

The limits are checked in order of cost, cheapest first:
1. The size of the body, the length of the document and the number of its tokens (`schema.limits.text`).
2. After parsing: what the document selects (`schema.limits.selections`).
3. After validation: the number of variable values, and the estimated size of the response (`schema.limits.cost`).
4. While running: each argument when it is read (`schema.limits.arguments`), and the actual size of the response
   (`schema.execution.response_size`).
"""

from schema.limits.arguments import check_list, check_number, check_search, check_variables

__all__ = ["check_list", "check_number", "check_search", "check_variables"]
