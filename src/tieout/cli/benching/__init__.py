"""What the drills among the benchmarks are made of: databases, processes, shops, judges."""
