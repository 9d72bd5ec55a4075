"""Case studies 典型案例: as they stand, and the published ones of a year as a collection. plan R5."""
