"""What the development commands say when they cannot go on."""


class DevkitError(Exception):
    """A sentence for the person at the terminal: what is wrong and what to do about it."""


class BadInput(DevkitError):
    """An argument or a file that was given cannot be used."""
