"""Read models of the programme · 工作推进."""
