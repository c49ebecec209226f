"""The parts of the demo school, one a file. `primepath.services.seed_demo` puts them together."""
