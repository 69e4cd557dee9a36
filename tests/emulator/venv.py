"""Makes a virtual environment for tests, or finds it made; prints the path of its interpreter.

    python3 venv.py FOLDER [REQUIREMENTS]

Without REQUIREMENTS, the one of the emulator.

Needs nothing but Python 3.10 and, the first time, a package index. Kept as long as requirements.txt and the Python that
made it stay the same; any number of processes may ask at once.
"""

import fcntl
import hashlib
import pathlib
import shutil
import subprocess
import sys

EMULATOR = pathlib.Path(__file__).with_name("requirements.txt")


def main():
    if sys.version_info < (3, 10):
        sys.exit(
            f"Python {sys.version.split()[0]} is too old\nhint: put Python 3.10 or newer first in PATH as `python3`"
        )
    folder = pathlib.Path(sys.argv[1]).absolute()
    requirements = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else EMULATOR
    folder.parent.mkdir(parents=True, exist_ok=True)
    interpreter = folder / "bin" / "python"
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made(folder, interpreter, requirements):
            make(folder, interpreter, requirements)
    print(interpreter)


def fingerprint(requirements):
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()


def made(folder, interpreter, requirements):
    stamp = folder / "complete"
    return interpreter.exists() and stamp.exists() and stamp.read_text() == fingerprint(requirements)


def make(folder, interpreter, requirements):
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(folder)], "install the venv module (Debian: `apt install python3-venv`)")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", str(requirements)]
    run([str(interpreter), *install], "the package index must be reachable the first time; see `pip config`")
    # Last, so that an interrupted installation is made anew.
    (folder / "complete").write_text(fingerprint(requirements))


def run(command, hint):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"`{' '.join(command)}` failed:\n{done.stdout}\nhint: {hint}")


if __name__ == "__main__":
    main()
