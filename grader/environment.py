"""Makes .venv and installs one layer of pyproject.toml into it: `python3 grader/environment.py train`.

Runs before anything is installed and on any Python 3, so that an old one is told apart from a broken one. Only a
folder that is missing, empty or carries the stamp is touched. A layer that is there costs a listing and file reads.
"""

import hashlib
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 10)
PINS = [os.path.join(ROOT, name) for name in ("pyproject.toml", "constraints.txt")]
STAMP = "minigrad-layers"  # "python", its version, what it is; then the layers, each with pins and distributions
# Where packages come from. All else that pip reads from the environment is meant for another installation.
SOURCES = """
index_url extra_index_url find_links no_index trusted_host cert client_cert proxy timeout default_timeout
retries resume_retries cache_dir no_cache_dir config_file keyring_provider only_binary no_binary prefer_binary
""".split()
BAD_INPUT, INTERRUPTED = 2, 130


def main(arguments):
    layers = known_layers()
    if len(arguments) != 1 or arguments[0] not in [*layers, "clean"]:
        stop("Which layer? Give one of these: %s; or clean, which removes them." % ", ".join(layers), BAD_INPUT)
    folder = os.environ.get("VENV") or os.path.join(ROOT, ".venv")
    try:
        refuse_what_is_not_ours(folder)
        if arguments[0] == "clean":
            clean(folder)
        else:
            provide(folder, arguments[0])
    except KeyboardInterrupt:
        stop("Interrupted; the next make goes on from here.", INTERRUPTED)
    except OSError as error:
        where = error.filename or folder
        stop("%s: %s. Name a folder that can be written, as in VENV=~/minigrad-venv make." % (where, error.strerror))


def provide(folder, layer):
    stamp = read_stamp(folder)
    version = version_of(folder, stamp)
    ours = "%d.%d" % sys.version_info[:2]
    if version is None or (os.environ.get("PYTHON") and version != ours):
        if stamp:
            print("Making %s again for Python %s..." % (folder, ours), flush=True)
        make(folder)
        version, stamp = ours, {}
    elif is_there(folder, version, stamp.get(layer)):
        return
    print("Installing the packages for '%s' into %s (once)..." % (layer, folder), flush=True)
    fresh = {name: line for name, line in stamp.items() if line[0] == digest()}
    fresh["python"] = [version, *identity(folder)]
    fresh[layer] = [digest(), *install(folder, layer)]
    write_stamp(folder, fresh)


def make(folder):
    if sys.version_info < OLDEST:
        versions = OLDEST + sys.version_info[:2]
        stop("Python %d.%d or newer is needed, this is %d.%d; name another: PYTHON=python3.12 make" % versions)
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        stop("This Python has no venv module; install it (on Debian: sudo apt install python3-venv) and try again.")
    import subprocess

    os.makedirs(folder, exist_ok=True)
    write_stamp(folder, {})  # first, so that the next run knows a folder that was begun
    empty(folder)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(folder)
    except subprocess.CalledProcessError as error:
        said = (error.output or b"").decode(errors="replace").strip().splitlines() or [str(error)]
        stop("pip could not be put into %s (%s); the next make tries again." % (folder, said[-1]))
    # Pythons before 3.12 bring setuptools along: seven megabytes that nothing here uses.
    command = [interpreter(folder), "-I", "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools"]
    subprocess.run(command, env=pip_environment(), capture_output=True, check=False)
    write_stamp(folder, {"python": ["%d.%d" % sys.version_info[:2], *identity(folder)]})


def install(folder, layer):
    """Runs pip inside the environment; returns the names of the folders by which its distributions are known."""
    import subprocess

    wanted = ask_inside(folder, "requirements", layer)
    ask_inside(folder, "forget-broken", layer)
    command = [interpreter(folder), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-user"]
    result = subprocess.run(
        [*command, "-c", PINS[1], *wanted], env=pip_environment(), stderr=subprocess.PIPE, check=False
    )
    if result.returncode:
        sys.stderr.write(result.stderr.decode(errors="replace"))
        stop(
            "The packages could not be installed (pip's words are above); "
            "check the network connection and the space on the disk, and try again."
        )
    names = ask_inside(folder, "distributions", layer)
    missing = [name[1:] for name in names if name.startswith("!")]
    if missing:
        stop(
            "pip did not put %s into %s; look for target, prefix, user or dry-run in `pip config list`."
            % (", ".join(missing), folder)
        )
    return names


def ask_inside(folder, question, layer):
    """The lines that layers.py answers with, run by the environment's own Python."""
    import subprocess

    command = [interpreter(folder), "-I", os.path.join(ROOT, "grader", "layers.py"), question, PINS[0], layer]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no word"]
        stop("The Python in %s does not work (%s); make clean, then make, makes it again." % (folder, said[-1]))
    return done.stdout.decode().splitlines()


def pip_environment():
    kept = ["PIP_" + name.upper() for name in SOURCES]
    return {n: v for n, v in os.environ.items() if n in kept or not n.startswith(("PIP_", "PYTHON"))}


def clean(folder):
    """Removes the environment and build/."""
    import shutil

    if os.path.islink(folder):
        os.unlink(folder)
    elif os.path.isdir(folder):
        empty(folder)
        shutil.rmtree(folder)
    shutil.rmtree(os.path.join(ROOT, "build"), ignore_errors=True)


def empty(folder):
    """Removes all but the stamp, which goes last: a folder that is half removed is still known."""
    import shutil

    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name != STAMP:
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)


def refuse_what_is_not_ours(folder):
    if not os.path.lexists(folder):
        return
    if not os.path.isdir(folder) or (os.listdir(folder) and not os.path.isfile(os.path.join(folder, STAMP))):
        sentence = "%s is not an environment that make made, so nothing in it is changed or deleted; "
        stop((sentence + "move it away, or name another folder: VENV=another make") % folder, BAD_INPUT)


def version_of(folder, stamp):
    """The version for which its packages were installed, if its Python still is of that version, else None."""
    noted = stamp.get("python")
    if not stamp or not os.path.exists(interpreter(folder)):
        return None
    if noted and noted[1:] == identity(folder):
        return noted[0]
    import subprocess

    command = [interpreter(folder), "-I", "-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        now = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except OSError:  # of another machine
        return None
    return now.stdout.decode().strip() if now.stdout.decode().strip() == settings(folder).get("version") else None


def identity(folder):
    """What changes when another Python takes the place of the one for which the environment was made."""
    python = os.path.realpath(interpreter(folder))
    if os.name == "nt":  # what is in the environment only starts the Python that it was made from
        python = os.path.join(settings(folder).get("home", ""), "python.exe")
    try:
        found = os.stat(python)
    except OSError:
        return [python]
    return [python, str(found.st_size), str(found.st_mtime_ns)]


def settings(folder):
    """pyvenv.cfg, with the version as two numbers."""
    lines = [line.partition("=") for line in read(os.path.join(folder, "pyvenv.cfg")).splitlines()]
    found = {name.strip(): value.strip() for name, _, value in lines}
    found["version"] = ".".join(found.get("version", found.get("version_info", "")).split(".")[:2])
    return found


def is_there(folder, version, line):
    """Whether a layer was installed from today's pins and all its distributions still are where they were."""
    if not line or line[0] != digest():
        return False
    library = ["Lib"] if os.name == "nt" else ["lib", "python" + version]
    try:
        return set(line[1:]) <= set(os.listdir(os.path.join(folder, *library, "site-packages")))
    except OSError:
        return False


def known_layers():
    """By the headings of pyproject.toml, since not every Python can read TOML."""
    lines = read(PINS[0]).partition("[project.optional-dependencies]")[2].partition("\n[")[0].splitlines()
    return ["learner"] + [line.split(" = ")[0] for line in lines if " = [" in line and not line.startswith((" ", "#"))]


def interpreter(folder):
    return os.path.join(folder, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))


def digest():
    """Of what decides on packages; the settings of tools do not."""
    text = read(PINS[0]).partition("\n[tool.")[0] + read(PINS[1])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_stamp(folder):
    """What the environment has by name: its Python and its layers; nothing where making it was not finished."""
    lines = [line.split("\t") for line in read(os.path.join(folder, STAMP)).splitlines()]
    return {line[0]: line[1:] + [""] * (len(line) < 2) for line in lines}


def write_stamp(folder, stamp):
    path = os.path.join(folder, STAMP)
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write("".join("\t".join([name, *line]) + "\n" for name, line in stamp.items()))
    os.replace(path + ".part", path)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def stop(sentence, code=1):
    sys.stderr.write(sentence + "\n")
    sys.exit(code)


if __name__ == "__main__":
    main(sys.argv[1:])
