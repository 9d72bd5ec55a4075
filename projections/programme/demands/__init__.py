"""Demands and solutions 供需对接台: solutions, yearly lists, demands, offers, consents to chain leaders; what they come to."""
