"""Providers in the directory, and their moves within the year · 名录."""
