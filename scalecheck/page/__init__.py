"""What a page makes a browser fetch, and what that costs, from HTML, scripts and sheets alone."""
