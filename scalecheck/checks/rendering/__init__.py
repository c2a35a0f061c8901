"""How pages come to be: content, streaming, workers."""
