"""The steps of a week on the page at ``/``, by subject. After each, what the page shows is compared with what is stored."""
