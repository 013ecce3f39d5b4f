"""Hazard, exposure and vulnerability on segments: values in, values out, no files and no sockets."""
