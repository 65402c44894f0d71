"""Tools of the checkout: reference tables, skeletons of new functions, generated files."""
