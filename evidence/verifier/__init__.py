"""What is packed into every package so that it can be checked without this portal."""
