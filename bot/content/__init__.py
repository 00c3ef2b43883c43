"""Reads what volunteers write, names every mistake by file, line and cure, and builds a release.

A release that lacks a text, a target or a number is not built; so at run time none can be missing. Only `source` knows
YAML, only `messages` knows python-i18n.
"""
