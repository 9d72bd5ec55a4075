"""Case studies 典型案例: what a diagnosed firm improved and what it brought, in a text that the firm consents to. plan R5."""
