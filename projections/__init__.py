"""Read models 读模型: folds of the journal into tables, one file a desk, read through a scope."""

from projections.reading import Reading
from projections.runner import ReadModels, open_read_models

__all__ = ["ReadModels", "Reading", "open_read_models"]
