"""Read models 读模型: folds of the journal into tables, one file a read model, read through a scope."""

from projections.engine.runner import ReadModels, open_read_models
from projections.engine.snapshot import Snapshot

__all__ = ["ReadModels", "Snapshot", "open_read_models"]
