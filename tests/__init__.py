"""The same rooms as the package, plus `terminal/`: a real pseudo-terminal."""
