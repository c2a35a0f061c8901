"""What the site tells its operators."""
