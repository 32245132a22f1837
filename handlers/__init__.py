"""What a person says and sees: each handler parses, makes one call into mail, shows one card."""
