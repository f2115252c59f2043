"""The data flow: one module for each thing that happens."""
