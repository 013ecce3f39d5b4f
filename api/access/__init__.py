"""Who may see what: audiences, keys, the gate before every route, the audit, limits and what may be published."""
