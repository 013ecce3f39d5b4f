"""One file a format; each defines EXPORTER."""
