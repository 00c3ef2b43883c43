"""`python3 -m bot init`: a few questions, and from their answers who runs this line and with which settings.

Apart from `config` and `content`, which read what is written here. `questions` is what is asked, `organisation` writes
the content folder, `settings` the private file of the machine, `forecast` says what a month costs, `told` shows it.
"""
