"""Packages for counterparts' platforms 数据包: asked for, made, sent or handed over, answered by a receipt. plan P8."""
