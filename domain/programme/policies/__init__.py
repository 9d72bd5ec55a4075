"""Policies 政策: what is paid or granted for a diagnosis, as a tree of conditions that every firm is held against. plan I2, I3."""
