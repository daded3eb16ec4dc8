"""The composition root: builds the parts that the settings ask for and joins them."""
