"""Publishing: check a folder, say what it changes for whom, refuse what would strand people, make it live; and undo it.

Apart from the store, which keeps what it is given, and from the checks, which know no store. `acts` is its door; what
it returns is data, which `told` puts into words for a terminal.
"""
