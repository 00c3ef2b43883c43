"""The rights line: one inbound message in, one reply out.

Empty, so that the bootstrap can import it before any package is there.
"""
