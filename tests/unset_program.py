"""The program, whose pages are not set: `python -m tests.unset_program ARGUMENT…`, as `python -m zhenduan ARGUMENT…`."""

import sys

from tests.unset_pages import pages
from zhenduan.__main__ import main

if __name__ == "__main__":
    with pages(are_set=False):
        sys.exit(main())
