"""What holds for all tests."""

from hypothesis import settings

# How long an example takes tells of the machine, and of what else it does.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")
