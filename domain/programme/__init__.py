"""The programme: what the city wants to reach · 工作推进."""
