"""What the library of the mapping community finds amiss: python validate_sssom.py TABLE …; a JSON object, file -> findings."""

import json
import logging
import sys

from sssom.parsers import parse_sssom_table
from sssom.validators import validate

logging.disable(logging.CRITICAL)  # it tells of each finding there too
found = {}
for path in sys.argv[1:]:
    reports = validate(parse_sssom_table(path), fail_on_error=False)
    found[path] = [one.message for report in reports.values() for one in report.results]
sys.stdout.write(json.dumps(found))
