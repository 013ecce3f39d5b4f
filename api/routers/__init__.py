"""One file a router; each defines ROUTER."""
