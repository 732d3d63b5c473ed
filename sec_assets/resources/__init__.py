"""What assets ask for."""
