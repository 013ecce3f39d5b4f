"""Long work that can be asked of the service: one process a file, found by `api.process.processes`."""
