"""The network: legs, segments, paths and positions. Lengths are geodesic on WGS84."""
