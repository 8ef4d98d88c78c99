"""Makes .venv and installs one layer of pyproject.toml into it: `python3 grader/environment.py train`.

Runs before anything is installed and on any Python 3, so that an old one is told apart from a broken one.
A layer that is already there costs one file read.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 10)
PINS = [os.path.join(ROOT, name) for name in ("pyproject.toml", "constraints.txt")]


def main(layer):
    if sys.version_info < OLDEST:
        versions = OLDEST + sys.version_info[:2]
        stop("Python %d.%d or newer is needed, this is %d.%d; name another: PYTHON=python3.12 make" % versions)
    folder = os.environ.get("VENV") or os.path.join(ROOT, ".venv")
    stamp = os.path.join(folder, "minigrad-layers")
    wanted = "%s %s" % (layer, fingerprint())
    if os.environ.get("PYTHON") and os.path.isdir(folder) and version_of(folder) != sys.version_info[:2]:
        print("Making .venv again for Python %d.%d..." % sys.version_info[:2], flush=True)
        shutil.rmtree(folder)
    if not os.path.exists(interpreter(folder)):
        make(folder)
    installed = read(stamp).splitlines()
    if wanted in installed:
        return
    print("Installing the packages for '%s' into .venv (once)..." % layer, flush=True)
    install(folder, layer)
    with open(stamp, "w") as file:
        file.write("\n".join([line for line in installed if line.endswith(fingerprint())] + [wanted]) + "\n")


def make(folder):
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        stop("This Python has no venv module; install it (on Debian: sudo apt install python3-venv) and try again.")
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(folder)
    # Pythons before 3.12 bring setuptools along: seven megabytes that nothing here uses.
    command = [interpreter(folder), "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools"]
    subprocess.run(command, capture_output=True, check=False)


def install(folder, layer):
    """Runs pip inside the environment, whose tomllib (or pip's own copy) can read pyproject.toml."""
    python = interpreter(folder)
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        subprocess.run([python, "-m", "ensurepip"], capture_output=True, check=False)
    code = "try:\n import tomllib\nexcept ImportError:\n from pip._vendor import tomli as tomllib\nimport sys\n"
    code += "with open(sys.argv[1], 'rb') as f: p = tomllib.load(f)['project']\n"
    code += "x = p['optional-dependencies'].get(sys.argv[2], [])\n"
    code += "print('\\n'.join(p['dependencies'] + x))"
    listed = subprocess.check_output([python, "-c", code, PINS[0], layer])
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", PINS[1]]
    result = subprocess.run(command + listed.decode().splitlines(), stderr=subprocess.PIPE, check=False)
    if result.returncode:
        sys.stderr.write(result.stderr.decode(errors="replace"))
        stop("The packages could not be installed (pip's words are above); check the network connection and try again.")


def interpreter(folder):
    return os.path.join(folder, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def version_of(folder):
    for line in read(os.path.join(folder, "pyvenv.cfg")).splitlines():
        if line.replace(" ", "").startswith("version="):
            return tuple(int(part) for part in line.split("=")[1].split(".")[:2])
    return None


def fingerprint():
    return hashlib.sha256("".join(map(read, PINS)).encode()).hexdigest()[:16]


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def stop(sentence):
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
