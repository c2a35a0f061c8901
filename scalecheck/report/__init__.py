"""One renderer per format; a renderer takes a report and returns text."""
