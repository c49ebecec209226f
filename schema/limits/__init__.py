"""How much one request may ask for.

A request is held to its limits in the order in which they cost least to check: the bytes of its body, the characters
of its document, its tokens (`schema.limits.text`), and, once it is parsed, what it selects (`schema.limits.selections`).
Only then is it validated, its variables counted, and what it may answer with estimated (`schema.limits.cost`). Its
arguments (`schema.limits.arguments`) are looked at where they are read; what it does answer with is counted while it is made
(`schema.execution.response_size`).
"""

from schema.limits.arguments import check_list, check_search, check_variables

__all__ = ["check_list", "check_search", "check_variables"]
