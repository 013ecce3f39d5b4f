"""One file a source of data; incident sources define INCIDENT_SOURCE."""
