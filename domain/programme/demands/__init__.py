"""Demands and solutions 供需对接: what firms look for, what suppliers offer, deals, and a chain leader's gaps."""
