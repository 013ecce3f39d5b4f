"""One file a layer; each defines LAYER."""
