"""What is kept on disk: files that appear whole or not at all, their digests, and snapshots that show any damage."""
