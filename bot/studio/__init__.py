"""The volunteers' workshop in a browser: a practice phone, the flows as maps, translations, mistakes, releases.

A room and a process of its own: reading and checking folders must never slow the people who text, and whatever happens
here, the line goes on. `README.md` says how it is built and who may come in.
"""
