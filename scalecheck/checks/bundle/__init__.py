"""What a page makes its visitor download, against its budgets."""
