"""What every test shares."""

import os

os.environ.setdefault("OMP_THREAD_LIMIT", "1")
