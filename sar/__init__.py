"""Patrol planning and distress cases: from risk on segments to where a car drives."""
