"""The rules: facts, policy and the time go in, decisions come out as data; nothing here does I/O."""
