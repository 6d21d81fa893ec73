"""What `inlay.evaluate` measures, one report a file."""
