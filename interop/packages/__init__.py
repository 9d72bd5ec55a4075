"""Packages for other bodies' platforms 数据包: issued results as files with a manifest, made apart. plan P8."""
