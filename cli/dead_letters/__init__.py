"""Dead letters: events and notices that nobody took, what to make of them, and sending them again."""
