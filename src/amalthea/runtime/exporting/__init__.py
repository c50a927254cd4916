"""Networks in the formats of others; each file is tried before it gets its name."""
