"""Files for the bank: direct debits to collect (pain.008), money to pay back (pain.001)."""
