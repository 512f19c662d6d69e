import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from docscan.archive.locks import locked

HOLDER = """
import sys, time
from pathlib import Path
from docscan.archive.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / ".lock"


def test_one_has_a_lock_and_another_is_told_so(lock: Path) -> None:
    with locked(lock), pytest.raises(BlockingIOError, match="Somebody else"), locked(lock):
        pass
    with locked(lock):
        pass
    assert lock.exists()


def test_a_lock_is_given_back_after_an_error(lock: Path) -> None:
    with pytest.raises(KeyError), locked(lock):
        raise KeyError
    with locked(lock):
        pass


def test_a_lock_is_waited_for(lock: Path) -> None:
    held, left = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(lock):
            held.set()
            left.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(0.1, left.set).start()
    with locked(lock, timeout=10):
        assert left.is_set()
    holder.join()


def test_nobody_waits_longer_than_they_said(lock: Path) -> None:
    with locked(lock):
        begun = time.monotonic()
        with pytest.raises(BlockingIOError), locked(lock, timeout=0.1):
            pass
        assert 0.1 <= time.monotonic() - begun < 5


def test_a_lock_ends_with_the_process_that_had_it(lock: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BlockingIOError), locked(lock):
            pass
        holder.kill()
        holder.wait()
        with locked(lock):
            pass


def test_a_lock_given_back_is_free_though_a_fork_has_its_file_open(lock: Path) -> None:
    reading, writing = os.pipe()
    with locked(lock):
        child = os.fork()
        if not child:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    try:
        with locked(lock):
            pass
    finally:
        os.close(writing)
        os.waitpid(child, 0)
        os.close(reading)


def test_a_lock_on_a_deleted_file_keeps_nobody_out(lock: Path) -> None:
    with locked(lock):
        lock.unlink()
        with locked(lock):
            pass


def test_a_link_is_not_followed(lock: Path) -> None:
    lock.symlink_to(lock.with_name("elsewhere"))
    with pytest.raises(OSError, match="symbolic") as caught, locked(lock):
        pass
    assert not isinstance(caught.value, BlockingIOError)
    assert not lock.with_name("elsewhere").exists()


def test_there_is_no_lock_where_nothing_can_be_made(lock: Path) -> None:
    with pytest.raises(FileNotFoundError), locked(lock / "none"):
        pass
