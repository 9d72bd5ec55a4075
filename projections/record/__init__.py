"""Read models of the record itself: audit trail and disclosures · 留痕."""
