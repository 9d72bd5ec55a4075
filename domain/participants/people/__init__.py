"""People, and the roles they hold for units · 人员."""
