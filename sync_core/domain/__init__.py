"""What the product knows and decides: pure values and functions, standard library only."""
