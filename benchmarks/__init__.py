"""Speed beside named alternatives, in the same run; never part of a test."""
