"""Read models 读模型: folds of the journal into tables, one file a desk, read through a scope."""

from projections.engine.runner import ReadModels, open_read_models
from projections.engine.snapshot import Reading

__all__ = ["ReadModels", "Reading", "open_read_models"]
