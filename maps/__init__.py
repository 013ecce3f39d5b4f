"""Results made visible: pages, files for the field, languages."""
