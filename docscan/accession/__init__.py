"""Taking documents in: the inbox, what a file is, and the images of its pages."""
