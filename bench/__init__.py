"""Benchmarks: how long things take, as ratios to a floor that is measured in the same run."""
