"""The rules of the programme. Nothing here reads a clock, a file or a database.

Read in this order: kernel.py, access.py, then any capability, top to bottom. events.py lists every published name.
"""
