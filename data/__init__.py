"""Facts and their readers: the shipped region, the sources, table contracts, units and errors."""
