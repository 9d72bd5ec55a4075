"""The programme in the schema · 工作推进."""
