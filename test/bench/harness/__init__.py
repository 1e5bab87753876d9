"""What the parts of `make bench` share: see ../README.md."""
