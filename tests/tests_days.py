"""Days that many tests ask about."""

from datetime import date

JUNE = date(2026, 6, 15)
JANUARY = date(2026, 1, 15)
