"""The machine of the read models: folds, generations, snapshots, scope in SQL · 读模型引擎."""
