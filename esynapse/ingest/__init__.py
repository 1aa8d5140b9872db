"""How events come in: the publisher, the embedded Pub/Sub, imports of files."""
