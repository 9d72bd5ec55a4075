"""Questionnaires 问卷 of a case that leave without a network and come back filled in. plan P3, P5."""
