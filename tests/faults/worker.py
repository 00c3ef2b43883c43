"""The worker, calling another server than Twilio's: `python -m tests.faults.worker ADDRESS`."""

from __future__ import annotations

import sys

from worker.__main__ import main
from worker.jobs import call_instead_of_twilio

if __name__ == "__main__":
    call_instead_of_twilio(sys.argv[1])
    sys.exit(main())
