"""Answers that are sent again while the database is unchanged.

`cache` leads: `key` says which requests are equal, `answer` is a kept response, `store` keeps them within a number of bytes, and
`computations` lets equal requests wait for one of them.
"""
