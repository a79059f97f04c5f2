"""Forms of the type designer: a type, its fields and its constraints, each of them a form of its own."""
