"""What the end to end tests are written in: real processes, and readers that
were generated from the .proto files or written by others."""
