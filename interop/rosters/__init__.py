"""A year's roster from Excel or CSV, checked row by row · 名单."""
