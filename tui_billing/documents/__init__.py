"""What leaves the house: PDF now; letters, e-invoices and workbooks as they come."""
