"""What holds for all tests."""

import signal

from hypothesis import settings

from tests.effort import tries

# How long an example takes tells of the machine, and of what else it does.
settings.register_profile("untimed", settings(), deadline=None, max_examples=tries(100))
settings.load_profile("untimed")

# A shell makes what it runs in the background deaf to Ctrl-C, and whatever that starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
