"""Makes the set-up by itself, once, then hands over to `bot/cli`: `python3 -m bot` needs Python and nothing else.

Apart from the command line because it runs where no package is installed yet, and perhaps on a Python that is too old.
So: standard library only, and no syntax newer than Python 3.6, or an old Python could not even say what to install.
Every start passes through here, so whatever only the set-up needs is imported inside the functions of the set-up.
"""

import os
import sys

OLDEST = (3, 11)
CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN_LOCK = "requirements.txt"
TEST_LOCK = "requirements-dev.txt"  # holds everything of RUN_LOCK too, with the same versions
MAKES_VENVS = "import venv, ensurepip; ensurepip.version()"  # Debian leaves the second out


class SetupError(Exception):
    """The set-up cannot go on. The text says what to do about it."""


class Environment:
    """The `.venv` of one checkout: whether it is ready, and how it is made.

    Two kinds of files of ours lie in it. `<lock>.installed` is the stamp: the version of Python and a copy of the lock
    file that is installed (comparing 140 KB costs less than importing a hash function). `unfinished` stands there while
    something is being changed: whoever finds it with nobody at work clears everything away and begins again.
    """

    def __init__(self, checkout: str = CHECKOUT) -> None:
        self.checkout = checkout
        self.folder = os.path.join(checkout, ".venv")
        self.python = os.path.join(self.folder, "bin", "python")
        self.unfinished = os.path.join(self.folder, "unfinished")

    def is_running(self) -> bool:
        """Whether this process runs on the Python of this very folder; the packages of another venv do not count."""
        return os.path.realpath(sys.prefix) == os.path.realpath(self.folder)

    def is_ready(self, lock: str) -> bool:
        """Whether everything in `lock` is installed. From inside, also whether Python is still the one it was for."""
        if os.path.exists(self.unfinished) or not os.path.exists(self.python):
            return False
        if not os.path.exists(os.path.join(self.folder, "pyvenv.cfg")):
            return False
        python, _, installed = _read(self.stamp(lock)).partition(b"\n")
        if self.is_running() and python != _version():
            return False
        return installed != b"" and installed == _read(os.path.join(self.checkout, lock))

    def stamp(self, lock: str) -> str:
        """Where the copy of an installed lock file is kept."""
        return os.path.join(self.folder, lock + ".installed")

    def set_up(self, lock: str) -> None:
        """Make or repair the folder, one process at a time; whoever had to wait finds it done."""
        import fcntl

        os.makedirs(self.folder, exist_ok=True)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _say("Waiting for another set-up of this folder ...")
                fcntl.flock(handle, fcntl.LOCK_EX)
            if not self.is_ready(lock):
                self._work(lock, handle)
        finally:
            os.close(handle)

    def _work(self, lock: str, handle: int) -> None:
        if self._is_usable():
            _say("Installing packages, once ...")
            _write(self.unfinished, b"")
        elif self._is_ours():
            base = _base_python()
            _say("Setting up, about a minute, once ...")
            self._clear()
            _call([base, "-I", "-m", "venv", self.folder], handle, "The folder .venv cannot be made. Is the disk full?")
        else:
            raise SetupError(
                "There is a .venv here that this project did not make, without pip or with a Python below 3.11.\n"
                "Remove it, then the same command again: rm -r .venv"
            )
        installed = {name: _read(os.path.join(self.checkout, name)) for name in (lock, RUN_LOCK)}
        try:
            self._install(lock, handle)
        except SetupError:
            # pip gets everything before it changes anything, so that the folder is as good as it was.
            os.remove(self.unfinished)
            raise
        for name, content in installed.items():
            _write(self.stamp(name), _version_of(self.python) + b"\n" + content)
        os.remove(self.unfinished)

    def _is_ours(self) -> bool:
        names = os.listdir(self.folder)
        return not names or os.path.exists(self.unfinished) or any(name.endswith(".installed") for name in names)

    def _is_usable(self) -> bool:
        if os.path.exists(self.unfinished) or not os.path.exists(os.path.join(self.folder, "pyvenv.cfg")):
            return False
        return _runs(self.python, "import sys, pip; sys.exit(sys.version_info < %r)" % (OLDEST,))

    def _clear(self) -> None:
        """Begin again. `unfinished` is there before anything goes, and until everything has come."""
        import shutil

        _write(self.unfinished, b"")
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if path == self.unfinished:
                continue
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.remove(path)

    def _install(self, lock: str, handle: int) -> None:
        command = [self.python, "-I", "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-user"]
        command += ["--quiet", "--no-input", "--disable-pip-version-check", "-r", os.path.join(self.checkout, lock)]
        _call(
            command,
            handle,
            "The packages cannot be installed. Is the network there? Behind a proxy, set HTTPS_PROXY.\n"
            "If it is: the packages are built for Linux with glibc (not Alpine) on x86-64 and arm64, and for Macs\n"
            "with Apple silicon. Then the same command again.",
        )


def main() -> None:
    """Run the command line inside our own `.venv`, after making that where it is missing or out of date."""
    environment = Environment()
    lock = TEST_LOCK if sys.argv[1:2] in (["test"], ["bench"]) else RUN_LOCK
    try:
        changed = not environment.is_ready(lock)
        if changed:
            _set_up_with_a_new_enough_python(environment, lock)
    except SetupError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit("The set-up stopped: %s. Can this user write in %s, and is the disk full?" % (error, CHECKOUT))
    except KeyboardInterrupt:
        sys.exit("Stopped. The next start begins the set-up again.")
    if changed or not environment.is_running():
        _become(environment.python)
    from bot.cli import main as command_line

    command_line()


def _set_up_with_a_new_enough_python(environment: Environment, lock: str) -> None:
    if os.name == "nt":
        raise SetupError("On Windows this runs inside WSL: wsl --install, then the same command in its window.")
    if sys.version_info < OLDEST:
        newer = newer_python()
        if newer is None:
            raise SetupError(too_old(sys.version_info[:2]))
        _become(newer)
    environment.set_up(lock)


def too_old(version: "tuple[int, int]") -> str:
    """What to say to a Python that is too old: one line with the cure for each system."""
    return (
        "Python 3.11 or newer is needed, this is %d.%d. Install it (Debian, Ubuntu: sudo apt install python3.11 "
        "python3.11-venv; Fedora: sudo dnf install python3.11; macOS: brew install python; all others: python.org), "
        "then the same command again." % version
    )


def venv_cure(python: str) -> str:
    """The line that installs what Debian and Ubuntu leave out of Python; elsewhere Python itself is to be replaced."""
    if not os.path.exists("/usr/bin/apt-get"):
        return "Install Python with venv and ensurepip (macOS: brew install python; all others: python.org)"
    if os.path.realpath(python) == os.path.realpath("/usr/bin/python3"):
        return "Install it: sudo apt install python3-venv"
    return "Install it: sudo apt install python%d.%d-venv" % sys.version_info[:2]


def _base_python() -> str:
    """The Python under a venv that may be active (a venv made from a venv would depend on it), if it can make one."""
    base = str(getattr(sys, "_base_executable", sys.executable))
    if not _runs(base, MAKES_VENVS):
        raise SetupError("This Python has no venv. " + venv_cure(base) + ", then the same command again.")
    return base


def newer_python() -> "str | None":
    """A new enough Python on PATH that can make a venv. Asked, not believed: pyenv leaves names that do not run."""
    import shutil

    for minor in range(14, OLDEST[1] - 1, -1):
        path = shutil.which("python3.%d" % minor)
        if path is not None and _runs(path, MAKES_VENVS):
            return path
    return None


def _become(python: str) -> None:
    sys.stdout.flush()
    os.execv(python, [python, "-m", "bot", *sys.argv[1:]])


def _call(command: "list[str]", handle: int, cure: str) -> None:
    """Run a step. It inherits the lock, so that a step which outlives us still keeps the next set-up waiting."""
    import subprocess

    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=[handle]
    )
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()[-6:]
        raise SetupError("\n".join(["    " + line for line in lines] + [cure]))


def _runs(python: str, code: str) -> bool:
    import subprocess

    try:
        return subprocess.call([python, "-I", "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def _version_of(python: str) -> bytes:
    """The stamp's first line, asked of the Python inside: the one that runs now may be another."""
    import subprocess

    code = "import sys; print('Python %d.%d' % sys.version_info[:2])"
    return subprocess.check_output([python, "-I", "-c", code]).strip()


def _version() -> bytes:
    return ("Python %d.%d" % sys.version_info[:2]).encode()


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
