"""What rows look like to the rest of the program: frozen dataclasses, one module per word."""
