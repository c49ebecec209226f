"""Tests of the languages: which one a request gets, and that everything is translated."""
