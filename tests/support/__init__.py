"""Real servers for the tests: each module starts one of them for itself and stops it again."""
