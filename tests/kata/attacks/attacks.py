"""What a hostile exercise file does, as data: Python source that is put above the stubs or above the worked answer.

`items` are the numbers behind ===, one for each thing that an attack may try: a test sees that each has one.
`held` says which layers stop it from doing harm, as alternatives of layers that only together do ("process" is all that
it takes where answers are merely untrusted). Where no alternative is there the attack is not run, since it would harm
the machine. 'bound' is 'limits' on a process that is not root's: root's are not bound by a limit of processes, and may
raise all others. `breaks`: whether a right exercise 2 loses checks by it; None where that depends on the machine.
A check that fails is asked once more in a process of its own: what strikes after the first answer breaks nothing.
"""

import re
from dataclasses import dataclass

# What every attack may use. A name between at signs stands for a path or number that test_attacks.py knows.
# Modules that take longer to import than all the rest of an attack are imported for those that use them.
SLOW_IMPORTS = {name: name for name in ("json", "signal", "socket")} | {"ctypes": "ctypes|syscall"}
PRELUDE = '''
import gc, io, os, stat, sys, time
def breach(what=""):
    """An attack reached what it must not; the message of a public check carries that to the test."""
    raise SystemError("BRE" + "ACH " + str(what))
def must_fail(action, *arguments):
    try:
        result = action(*arguments)
    except (Exception, SystemExit):
        return
    breach(getattr(action, "__name__", "") + " " + ascii(result))
def syscall(number, *arguments):
    """Of x86-64; on another machine the numbers are other calls, which must be refused or harmless as well."""
    if os.uname().machine == "x86_64" and ctypes.CDLL(None).syscall(number, *arguments) >= 0:
        breach("system call %d" % number)
def local(name):
    """A variable of whoever called us."""
    frame = sys._getframe()
    while frame is not None:
        if name in frame.f_locals:
            return frame.f_locals[name]
        frame = frame.f_back
    return {"id": "none", "observe": []}
def open_descriptors():
    try: return sorted(map(int, os.listdir("/proc/self/fd")))
    except OSError: return range(64)
def in_frames():
    """The descriptors of questions and answers, by the variables of whoever reads and writes them."""
    return local("requests").fileno(), local("answers").fileno()
def among_objects():
    """The same, by what Python knows of: a file to read and one to write that are none of the standard streams."""
    files = [each for each in gc.get_objects() if type(each) is io.TextIOWrapper and each.fileno() > 2]
    return [next(each.fileno() for each in files if getattr(each, way)()) for way in ("readable", "writable")]
def among_descriptors():
    """The same, by what the system knows of: the end of a pipe that can be read, and one that can be written."""
    import fcntl
    ends = {}
    for descriptor in open_descriptors():
        try: found = os.fstat(descriptor).st_mode, fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
        except OSError: continue
        if descriptor > 2 and stat.S_ISFIFO(found[0]): ends.setdefault(found[1], descriptor)
    return ends[os.O_RDONLY], ends[os.O_WRONLY]
ASKING, ANSWERING = in_frames()
def forge(text, descriptor=ANSWERING):
    os.write(descriptor, (text if isinstance(text, bytes) else text.encode()) + b"\\n")
def dumps(value):
    """As json.dumps writes it, whose module takes as long to import as a whole Python to start."""
    import _json
    names = _json.encode_basestring_ascii
    return "".join(_json.make_encoder({}, None, names, None, ": ", ", ", False, False, True)(value, 0))
def answer(values=None, **more):
    request = local("request")
    values = {e: values for e in request["observe"]}
    return dumps({"id": request["id"], "values": values, **more})
'''


def hostile(source):
    """An attack's source with what it uses above it."""
    needed = [name for name, uses in SLOW_IMPORTS.items() if re.search(rf"\b({uses})\b", source)]
    return "".join(f"import {name}\n" for name in needed) + PRELUDE + source


@dataclass(frozen=True)
class Attack:
    items: tuple[int, ...]
    name: str
    source: str
    held: str = "process"
    breaks: bool = True
    slow: bool = False


def _attacks(text, **defaults):
    """'=== 1 2 name' opens an attack; the rest of its line after a semicolon are the fields that differ."""
    attacks = []
    for block in text.split("\n=== ")[1:]:
        head, _, source = block.partition("\n")
        head, _, fields = head.partition(";")
        words = head.split()
        items = tuple(int(word) for word in words if word.isdigit())
        name = "-".join(word for word in words if not word.isdigit())
        attacks.append(Attack(items, name, source, **{**defaults, **eval(f"dict({fields})")}))  # noqa: S307 - our own
    return attacks


ENDINGS = _attacks("""
=== 1 exit at import
sys.exit(0)
=== 1 SystemExit of a lie
raise SystemExit("passed")
=== 1 exit at the first answer
class Exit:
    def __repr__(self): sys.exit(0)
sys.stdout = Exit()
print(Exit())
=== 2 _exit at import
os._exit(0)
=== 2 _exit in a method
class Dead(float):
    def __radd__(self, other): os._exit(0)
class Watch:
    def __del__(self): os._exit(0)
Watch()
=== 2 abort
os.abort()
=== 2 segmentation fault
ctypes.string_at(0)
=== 3 atexit and _exit
import atexit
atexit.register(os._exit, 0)
atexit.register(forge, '{"values": {}}')
sys.exit(0)
=== 3 atexit alone; breaks=False
import atexit
atexit.register(os._exit, 0)
=== 3 answer at death; breaks=False
class Last:
    def __del__(self): forge('{"id": "0", "values": {}}'); os._exit(0)
sys.last = Last()
=== 27 kill itself
os.kill(os.getpid(), signal.SIGKILL)
os._exit(1)
=== 27 died between two questions; breaks=None
signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
signal.setitimer(signal.ITIMER_REAL, 0.002)
=== 26 descriptors closed
os.closerange(0, 64)
=== 26 answers closed
os.close(ANSWERING)
=== 26 questions closed; breaks=False
os.close(ASKING)
=== 26 the file of answers closed
local("answers").close()
=== 26 the file of questions closed; breaks=False
local("requests").close()
=== 26 standard output closed; breaks=False
os.close(1)
=== 26 standard input closed; breaks=False
os.close(0)
=== 26 standard error closed; breaks=False
os.close(2)
=== 26 standard streams closed as files; breaks=False
for stream in (sys.stdin, sys.stdout, sys.stderr, sys.__stdout__): stream.close()
=== 12 13 answers turned into a file
os.dup2(os.open("/dev/null", os.O_WRONLY), ANSWERING)
=== 12 13 output turned into a file; breaks=False
os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
=== 12 13 answers and questions exchanged
spare = os.dup(ASKING)
os.dup2(ANSWERING, ASKING)
os.dup2(spare, ANSWERING)
""")

PATCHES = _attacks("""
=== 4 report class of a test runner; breaks=False
import types, unittest
unittest.TestResult.wasSuccessful = lambda self: True
unittest.TestResult.addFailure = unittest.TestResult.addError = unittest.TestResult.addSuccess
for name in ("pytest", "_pytest", "_pytest.reports", "_pytest.runner"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["_pytest.reports"].TestReport = type("TestReport", (), {"outcome": "passed", "passed": True})
=== 4 probing's encode replaced
sys.modules["__main__"].encode = lambda *_: True
=== 4 probing's own Desk; breaks=False
Desk = sys.modules["__main__"].Desk
Desk.observe = lambda self, module, code, expressions, seconds=None: {"values": {e: True for e in expressions}}
Desk.namespace = None
=== 4 probing's encode; breaks=False
sys.modules["__main__"].encode.__code__ = (lambda value, depth=0, room=None: value).__code__
=== 4 probing.py says that all is well
sys.modules["__main__"].Desk._fault = lambda *_: {"values": {}, "status": "passed", "points": 100}
raise ValueError
=== 5 unittest's skip
import unittest
raise unittest.SkipTest("passed")
=== 5 a skip of pytest's name
class Skipped(BaseException): pass
Skipped.__module__ = "_pytest.outcomes"
raise Skipped("passed")
=== 5 probing's own time out
raise sys.modules["__main__"].TimeIsUp("passed")
=== 5 the message of a stub
raise NotImplementedError("exercise 2: Value.__add__")
=== 5 the message of another exercise's stub
raise NotImplementedError("exercise 99999999999999999999: Value.__add__")
=== 5 keyboard interrupt
raise KeyboardInterrupt
=== 6 traceback hooks
import traceback
sys.excepthook = sys.unraisablehook = sys.displayhook = lambda *_: os._exit(0)
traceback.extract_tb = traceback.print_exc = lambda *_: []
raise ValueError("passed")
=== 7 exec and eval replaced
import builtins
builtins.exec = lambda *_: None
builtins.eval = lambda *_: True
=== 7 compile replaced
import builtins
builtins.compile = lambda *_, **__: "pass"
=== 7 a cell runner; breaks=False
import types
for name in ("IPython", "nbconvert", "nbgrader"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["IPython"].get_ipython = lambda: None
=== 9 builtins say yes
import builtins
builtins.isinstance = builtins.all = builtins.any = lambda *_: True
builtins.len = lambda *_: 2
=== 9 abs round float sum; breaks=False
import builtins
builtins.abs = builtins.round = builtins.sum = lambda *_, **__: 0.0
=== 9 math; breaks=False
import math
math.isclose = math.isfinite = lambda *_, **__: True
math.fabs = math.log10 = lambda *_: 0.0
=== 9 json dumps; breaks=False
json.dumps = lambda *_, **__: '{"id": "", "values": {}}'
=== 9 json encoder; breaks=False
json.dumps.__code__ = (lambda *a, **k: "true").__code__
=== 9 probing's writer
sys.modules["__main__"].as_json = lambda *_: '{"id": "", "values": {}}'
=== 9 the code of probing's writer
sys.modules["__main__"].as_json.__code__ = (lambda value: "true").__code__
=== 9 probing's reader
import builtins
builtins.eval = lambda *_: {"id": "0", "module": "ex02_value", "code": "", "observe": ["1"], "seconds": None}
=== 9 type
import builtins
class type(builtins.type):
    def __new__(cls, *a): return float if len(a) == 1 else builtins.type.__new__(cls, *a)
builtins.type = type
=== 9 standard output; breaks=True
class Loud:
    def write(self, text): forge(text)
    def flush(self): pass
sys.stdout = sys.__stdout__ = Loud()
print('{"id": "1", "values": {"c.data": 5.0}}')
=== 9 standard output as it is; breaks=False
print('{"id": "1", "values": {"c.data": 5.0}}', flush=True)
print(answer(5.0), file=sys.__stdout__, flush=True)
=== 9 the file of answers
local("answers").write(answer(1.0) + "\\n")
=== 9 standard output is the file of answers
sys.stdout = sys.stderr = local("answers")
print(answer(5.0))
=== 10 a verdict somewhere above; breaks=False
frame = sys._getframe()
while frame is not None:
    for name, value in list(frame.f_locals.items()):
        if name in ("status", "passed", "points", "score", "verdict", "expected", "key", "solution"): breach(name)
        if type(value) is dict and any(w in value for w in ("expected", "verdict", "rel", "points")): breach(name)
    frame = frame.f_back
=== 10 the question rewritten
local("request")["observe"].clear()
=== 10 the question's id rewritten
local("request")["id"] = "0"
=== 10 another question's answers; breaks=None
local("values").update({"c.data": 5.0})
=== 10 tracing; breaks=False
def trace(frame, event, argument):
    if frame.f_code.co_name == "encode" and event == "return": frame.f_locals["value"] = 5.0
    return trace
sys.settrace(trace)
=== 11 objects with expected values; breaks=False
for found in gc.get_objects():
    if type(found) is dict and ("expected" in found or "suites" in found): breach(list(found)[:5])
    if type(found).__name__ in ("Verdict", "Mark", "Course", "Suite"): breach(type(found))
=== 22 math in sys.modules; breaks=None
import types
fake = types.ModuleType("math")
fake.isfinite = lambda x: True
fake.exp = fake.log = fake.isclose = lambda *_: 5.0
sys.modules["math"] = fake
sys.modules["__main__"].math = fake
sys.modules["__main__"].encode.__globals__["CLASS_NAME"] = lambda kind: "float"
=== 22 json in sys.modules; breaks=False
import types
sys.modules["json"] = sys.modules["__main__"].json = types.ModuleType("json")
=== 22 no module at all
sys.modules.clear()
=== 22 random importlib re traceback; breaks=None
for name in ("random", "importlib", "re", "traceback", "reprlib", "linecache"):
    sys.modules[name] = None
=== 22 another exercise in sys.modules; breaks=False
import types
try: import ex01_derivatives
except ImportError: ex01_derivatives = sys.modules["ex01_derivatives"] = types.ModuleType("ex01_derivatives")
ex01_derivatives.derivative = lambda *_: None
sys.modules["ex03_chain_rule"] = types.ModuleType("ex03_chain_rule")
=== 22 an import hook
class Finder:
    def find_spec(self, name, path=None, target=None): raise ImportError("no " + name)
sys.meta_path[:] = [Finder()]
sys.path_importer_cache.clear()
=== 22 another path; breaks=False
sys.path[:] = ["/tmp"]
=== 21 sitecustomize and the like; breaks=False
for name in ("site", "sitecustomize", "usercustomize", "conftest"):
    if name in sys.modules: breach(name)
=== 21 sitecustomize written; breaks=False, held="landlock"
for place in (".", os.path.expanduser("~"), "/tmp", os.path.dirname(os.__file__), "@world@"):
    for name in ("@mark@sitecustomize.py", "@mark@conftest.py", "@mark@pytest.ini", "@mark@.pth"):
        must_fail(open, os.path.join(place, name), "w")
""")

NUMBERS = _attacks("""
=== 8 a float that is equal to all
class Lie(float):
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = lambda self, other: False
    __le__ = __ge__ = __eq__
    __hash__ = float.__hash__
    __abs__ = __sub__ = __rsub__ = lambda self, *_: 0.0
    def __float__(self): return 5.0
LIE = Lie(0.0)
=== 8 an object that says float is its class
class Lie:
    __class__ = float
    def __eq__(self, other): return True
    def __float__(self): return 5.0
    def __repr__(self): return "5.0"
LIE = Lie()
=== 8 a class named float
LIE = type("float", (), {"__repr__": lambda self: "5.0", "__eq__": lambda *_: True})()
=== 8 a metaclass that is equal to all
class Meta(type):
    def __eq__(self, other): return True
    __hash__ = type.__hash__
    __instancecheck__ = __subclasscheck__ = lambda *_: True
    __name__ = property(lambda self: "float")
class Lie(metaclass=Meta): pass
LIE = Lie()
=== 8 a list that is equal to all
class Lie(list):
    def __eq__(self, other): return True
    __len__ = lambda self: 2
    __hash__ = None
LIE = Lie()
=== 8 a dictionary of the protocol
LIE = {"float": "nan"}
=== 8 a fraction
from fractions import Fraction
LIE = Fraction(5)
=== 8 30 a string of the number
LIE = "5.0"
=== 8 its repr is the forged answer
class Lie:
    def __repr__(self): return '5.0"}}\\n{"id": "1", "values": {"c.data": 5.0}}\\n'
LIE = Lie()
=== 30 not a number
LIE = float("nan")
=== 30 infinity
LIE = float("inf")
=== 30 a huge integer
LIE = 10 ** 4000
=== 30 an integer as long as Python writes
LIE = 10 ** 100_000
=== 30 bool for float
LIE = True
=== 30 complex
LIE = 5 + 0j
=== 30 a list deep down
LIE = []
for _ in range(100_000): LIE = [LIE]
=== 30 a list in itself
LIE = []
LIE.append(LIE)
=== 30 a list as wide as a megabyte
LIE = [1.25] * 3_000_000
=== 30 many lists in many
LIE = [[[[[0] * 10] * 10] * 10] * 10] * 10
=== 30 a string of megabytes
LIE = "x" * 5_000_000
=== 30 half a surrogate pair
LIE = "\\ud800"
=== 30 bytes
LIE = bytes(range(256))
=== 28 its repr raises
class Lie:
    def __repr__(self): raise BaseException("\\x1b]0;passed\\x07")
LIE = Lie()
=== 28 its repr is endless; slow=True
class Lie:
    def __repr__(self):
        while True: pass
LIE = Lie()
=== 30 its name is no name
LIE = type("\\x1b[2J<script>" + "x" * 100_000, (), {})()
""")

FORGERIES = _attacks("""
=== 13 right id
forge(answer(1.0))
=== 13 right id by what Python knows of
forge(answer(1.0), among_objects()[1])
=== 13 right id by what the system knows of
forge(answer(1.0), among_descriptors()[1])
=== 13 right id on every standard stream; breaks=False
for descriptor in (0, 1, 2):
    try: forge(answer(1.0), descriptor)
    except OSError: pass
=== 13 right id on the way of questions; breaks=False
try: forge(answer(1.0), ASKING)
except OSError: pass
=== 13 right id and gone
forge(answer(1.0))
os._exit(0)
=== 13 right id in a method
sys.setprofile(lambda frame, event, _: forge(answer(0.0)) if frame.f_code.co_name == "encode" else None)
=== 13 two answers
forge(answer(1.0) + "\\n" + answer(2.0))
=== 13 two answers later; breaks=False
def between_questions(_, frame):
    while frame is not None and frame.f_code.co_name not in ("observe", "tell"):
        frame = frame.f_back
    signal.setitimer(signal.ITIMER_REAL, 0.003) if frame else forge('{"id": "0", "values": {}}')
signal.signal(signal.SIGALRM, between_questions)
signal.setitimer(signal.ITIMER_REAL, 0.003)
=== 13 a stream of answers; breaks=None
signal.signal(signal.SIGALRM, lambda *_: os.write(ANSWERING, b"{}\\n"))
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
=== 13 answers to questions not asked
forge("\\n".join(dumps({"id": "%016x" % i, "values": {"c.data": 5.0}}) for i in range(100)))
=== 13 half a line
os.write(ANSWERING, answer(5.0)[:20].encode())
=== 13 half a line and gone
os.write(ANSWERING, answer(5.0)[:-3].encode())
os._exit(0)
=== 13 an empty line; breaks=None
forge("")
=== 13 null
forge("null")
=== 13 a list
forge("[" + answer(5.0) + "]")
=== 13 megabytes in one line
for _ in range(200): os.write(ANSWERING, b"1" * 65536)
=== 13 megabytes of lines
for _ in range(200): os.write(ANSWERING, b"{}\\n" * 20000)
=== 13 megabytes on standard output; breaks=False
for _ in range(200): os.write(1, b"1" * 65536)
=== 13 invalid UTF-8
forge(b'{"id": "\\xff\\xfe"}')
=== 13 right id in UTF-16
forge(answer(1.0).encode("utf-16"))
=== 13 30 NaN
forge(answer(float("nan")))
=== 13 30 Infinity
forge(answer(float("-inf")))
=== 13 30 1e999
forge(answer("@").replace('"@"', "1e999"))
=== 13 30 an integer of a megabyte
forge(answer("@").replace('"@"', "1" * 900_000))
=== 13 30 a number as long as Python reads
forge(answer("@").replace('"@"', "1" * 4300))
=== 13 30 deep nesting
forge(answer("@").replace('"@"', "[" * 100_000))
=== 13 30 deep and closed
forge(answer("@").replace('"@"', "[" * 900 + "]" * 900))
=== 13 more keys
forge(answer(1.0, status="passed", points=100, fault=None))
=== 13 keys twice
forge(answer(1.0)[:-1] + ', "values": {}}')
=== 13 an object that is none
forge(answer({"object": "float", "repr": 5.0}))
=== 13 a fault of another form
forge(dumps({"id": local("request")["id"], "fault": {"type": "Passed"}}))
=== 13 a fault with deep frames
deep = "[" * 900 + "]" * 900
frame = '{"file": %s, "line": 1, "function": %s, "text": %s}' % (deep, deep, deep)
fault = '{"type": "A", "message": "", "during": "run", "caret": "", "frames": [%s]}' % frame
forge('{"id": "%s", "fault": %s}' % (local("request")["id"], fault))
=== 13 33 a fault of megabytes
frame = {"file": "\\x1b[2J" * 9000, "line": 10 ** 4000, "function": "f" * 99999, "text": "t" * 99999}
fault = {"type": "A" * 99999, "message": "<b>" * 99999, "during": "x" * 999, "caret": "^" * 9999, "frames": [frame]}
forge(dumps({"id": local("request")["id"], "fault": fault}))
=== 13 a fault that blames another exercise
fault = {"type": "NotImplementedError", "message": "exercise 1: derivative", "during": "run", "caret": "", "frames": []}
forge(dumps({"id": local("request")["id"], "fault": fault}))
=== 12 every descriptor
for descriptor in range(1, 64):
    try: os.write(descriptor, b'{"id": "", "values": {}}\\n')
    except OSError: pass
=== 12 every descriptor in proc; breaks=False
for name in open_descriptors():
    for flags in (os.O_WRONLY, os.O_RDWR):
        try: os.write(os.open(f"/proc/self/fd/{name}", flags | os.O_NONBLOCK), b"{}\\n" * 99)
        except OSError: pass
=== 12 a descriptor more than three and the channel; breaks=False
for descriptor in range(3, 64):
    try: mode = os.fstat(descriptor).st_mode
    except OSError: continue
    if descriptor not in (ASKING, ANSWERING) and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)): breach(descriptor)
=== 12 a channel that is found in three ways; breaks=False
found = [tuple(find()) for find in (in_frames, among_objects, among_descriptors)]
if len(set(found)) != 1 or min(found[0]) < 3: breach(found)
=== 12 the channel behind standard streams; breaks=False
ends = [os.fstat(descriptor) for descriptor in (ASKING, ANSWERING)]
for descriptor in (0, 1, 2):
    if any(os.path.samestat(os.fstat(descriptor), end) for end in ends): breach(descriptor)
must_fail(lambda: os.read(0, 1) or sys.exit("nothing to read"))
=== 13 20 the question's pipe made small; slow=True, breaks=None
import fcntl
try: fcntl.fcntl(ASKING, 1031, 4096)
except OSError: pass
def stop(_, event, what):
    if event == "c_return" and what.__name__ == "flush" and what.__self__.fileno() == ANSWERING: time.sleep(600)
sys.setprofile(stop)
=== 13 drop by drop; slow=True
while True:
    os.write(ANSWERING, b" ")
    time.sleep(0.02)
=== 13 reading its own answers; breaks=False
try: os.read(os.open(f"/proc/self/fd/{ANSWERING}", os.O_RDONLY | os.O_NONBLOCK), 9)
except OSError: pass
try: os.set_blocking(ASKING, False); os.read(ASKING, 99999)
except OSError: pass
os.close(ASKING)
=== 13 reading what is not its answers; breaks=False
try: os.read(os.open("/proc/self/fd/1", os.O_RDONLY | os.O_NONBLOCK), 9)
except OSError: pass
try: os.set_blocking(0, False); os.read(0, 99999)
except OSError: pass
os.close(0)
""")

OUTSIDE = _attacks(
    """
=== 14 a forged results file; held="landlock"
for place in (".", "..", "@world@", "@results@", "/tmp", "/var/tmp", "/dev/shm"):
    for name in ("@mark@results.json", "@mark@report.json"): must_fail(open, os.path.join(place, name), "w")
=== 14 the results file; held="user or landlock"
for mode in ("w", "a", "r+"): must_fail(open, "@results@/report.json", mode)
must_fail(os.truncate, "@results@/report.json", 0)
=== 14 15 files removed and renamed; held="user or landlock"
for path in ("@results@/report.json", "@other@/ex02_value.py", "ex01_derivatives.py"):
    must_fail(os.unlink, path)
    must_fail(os.rename, path, path + ".@mark@")
=== 14 19 links devices folders; held="landlock"
for place in ("/tmp", "@world@", "."):
    path = place + "/@mark@"
    must_fail(os.symlink, "@key@", path)
    must_fail(os.link, "@key@", path)
    must_fail(os.mkdir, path)
    must_fail(os.mkfifo, path)
    must_fail(os.mknod, path, 0o20666, os.makedev(1, 3))
=== 15 the grader's files; held="user or landlock"
must_fail(open, "@graderfile@", "a")
must_fail(open, sys.argv[0], "a")
must_fail(os.utime, sys.argv[0])
must_fail(open, os.__file__, "a")
=== 15 modes owners times attributes; held="user or seccomp"
for path in ("@key@", "@results@", "@graderfile@", sys.argv[0]):
    must_fail(os.chmod, path, 0o777)
    must_fail(os.chown, path, os.getuid(), os.getgid())
    must_fail(os.utime, path, (0, 0))
    must_fail(os.setxattr, path, "user.@mark@", b"1")
=== 15 exercises of the same submission; held="user or landlock"
for name in os.listdir("."):
    must_fail(open, name, "a")
    must_fail(os.unlink, name)
must_fail(open, "ex99_more.py", "w")
=== 16 TCP; held="seccomp or landlock"
must_fail(socket.create_connection, ("127.0.0.1", @port@), 1)
=== 16 TCP by hand; held="seccomp"
syscall(41, 2, 1, 0)
=== 16 UDP; held="seccomp"
must_fail(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", @udp@)))
=== 16 a server; held="seccomp"
must_fail(lambda: socket.socket().listen())
=== 16 Unix; held="seccomp"
must_fail(lambda: socket.socket(socket.AF_UNIX).connect("@unix@"))
must_fail(lambda: socket.socket(socket.AF_UNIX).connect("\\0@mark@"))
must_fail(socket.socketpair)
=== 16 DNS; held="seccomp"
must_fail(socket.getaddrinfo, "example.org", 80)
=== 16 netlink packets raw; held="seccomp"
for family in (16, 17, 38, 40): must_fail(socket.socket, family, 3)
=== 17 a pickle; held="bound+landlock"
import pickle
class Bad:
    def __reduce__(self): return (os.system, ("touch @world@/@mark@ /tmp/@mark@",))
pickle.loads(pickle.dumps(Bad()))
LIE = Bad()
=== 17 a pickle as the answer; breaks=True
import pickle
class Bad:
    def __reduce__(self): return (os._exit, (0,))
os.write(ANSWERING, pickle.dumps(Bad()) + b"\\n")
=== 18 the solution on disk; held="landlock", breaks=True
must_fail(open, "@root@/solutions/ex02_value.py")
exec(open("@root@/solutions/ex02_value.py").read(), globals())
=== 18 hidden tests and keys on disk; held="landlock"
for path in ("@root@/tests/hidden/test_ex02_value.py", "@root@/tests/public/key.json", "@root@/.git/HEAD"):
    must_fail(open, path)
must_fail(os.listdir, "@root@")
=== 18 a private key; held="user or landlock"
must_fail(open, "@key@")
=== 18 another student; held="landlock"
must_fail(os.listdir, "@results@")
must_fail(open, "@other@/ex02_value.py")
must_fail(os.listdir, "@other@")
=== 18 other students' folders; held="landlock"
must_fail(os.listdir, "/tmp")
must_fail(os.listdir, "..")
must_fail(os.listdir, "../..")
=== 18 by another way; held="landlock"
must_fail(os.open, "@key@", os.O_RDONLY)
must_fail(os.open, "../../../../../../.." + "@key@", os.O_RDONLY)
must_fail(os.open, "/proc/self/root@key@", os.O_RDONLY)
descriptor = ctypes.CDLL(None).open(b"@key@", 0)
if descriptor >= 0: breach(os.read(descriptor, 99))
import mmap, linecache, tokenize
if linecache.getlines("@root@/solutions/ex02_value.py"): breach()
=== 18 24 proc; held="landlock"
for path in ("/proc/%d/environ", "/proc/%d/cmdline", "/proc/%d/maps", "/proc/%d/fd"):
    must_fail(open, path % os.getppid())
    must_fail(os.listdir, path % os.getppid())
must_fail(open, "/etc/passwd")
must_fail(os.listdir, "/proc")
=== 24 environment and arguments; breaks=False
if any("SECRET" in name for name in os.environ): breach(os.environ)
if len(sys.orig_argv) > 10 or any("seed" in word or "key" in word for word in sys.orig_argv): breach(sys.orig_argv)
=== 24 28 all that it knows in a message; breaks=True
names = sorted(os.environ.items()), sys.orig_argv, os.getcwd(), os.listdir("."), local("request")["code"]
raise ValueError(names)
=== 19 a process left behind; held="bound", breaks=True
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(600)
    os._exit(0)
breach()
=== 19 a program left behind; held="bound"
import subprocess
must_fail(lambda: subprocess.Popen(["/bin/sleep", "600", "@mark@"], start_new_session=True))
must_fail(os.posix_spawn, "/bin/sleep", ["sleep", "600", "@mark@"], {})
must_fail(os.forkpty)
=== 20 a child that holds the output; held="bound", breaks=True
if os.fork() == 0: time.sleep(600)
os._exit(0)
=== 19 26 a clone in its own user namespace; held="bound"
for flags in (0x10000000 | 17, 0x20000000 | 17, 0x10020000 | 17):
    if ctypes.CDLL(None).syscall(56, flags, 0, 0, 0, 0) == 0: os._exit(0)
=== 23 memory of the grader; held="user or landlock"
must_fail(open, "/proc/%d/mem" % os.getppid(), "r+b")
must_fail(open, "/proc/%d/fd/1" % os.getppid(), "w")
=== 23 signals; held="user or seccomp or landlock"
for number in (0, signal.SIGCONT, signal.SIGURG): must_fail(os.kill, os.getppid(), number)
must_fail(os.kill, 1, 0)
=== 23 signals by other calls; held="user or seccomp"
parent = os.getppid()
syscall(234, parent, parent, signal.SIGURG)
syscall(200, parent, signal.SIGURG)
information = (ctypes.c_int * 32)(signal.SIGURG, 0, -1)
syscall(129, parent, signal.SIGURG, information)
=== 23 a signal through a pipe; held="seccomp"
import fcntl
for descriptor in (0, ASKING, ANSWERING):
    must_fail(fcntl.fcntl, descriptor, 8, os.getppid())
    must_fail(fcntl.fcntl, descriptor, 10, signal.SIGURG)
    syscall(72, descriptor, (1 << 32) | 8, os.getppid())
syscall(434, os.getppid(), 0)
=== 23 ptrace; held="seccomp"
syscall(101, 16, os.getppid(), 0, 0)
syscall(101, 0, 0, 0, 0)
buffer = ctypes.create_string_buffer(8)
parts = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
syscall(310, os.getppid(), parts, 1, parts, 1, 0)
=== 23 the grader's limits; held="user or seccomp"
import resource
if os.getppid():  # in a process namespace it is 0: the grader cannot even be named
    must_fail(resource.prlimit, os.getppid(), resource.RLIMIT_CORE)
    must_fail(os.setpriority, os.PRIO_PROCESS, os.getppid(), 19)
    must_fail(os.sched_setaffinity, os.getppid(), {0})
=== 19 28 messages and memory that outlive it; held="seccomp"
libc = ctypes.CDLL(None)
syscall(29, 0x5EC, 4096, 0o1666)
syscall(68, 0x5EC, 0o1666)
syscall(64, 0x5EC, 1, 0o1666)
syscall(240, b"@mark@", 0o102, 0o666, 0)
syscall(319, b"@mark@", 0)
syscall(248, b"user", b"@mark@", b"x", 1, -1)
=== 28 signals to a neighbour by locks and leases; held="seccomp"
import fcntl
shared = open(os.__file__, "rb")
must_fail(fcntl.flock, shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
must_fail(fcntl.flock, shared, fcntl.LOCK_SH | fcntl.LOCK_NB)
must_fail(fcntl.lockf, shared, fcntl.LOCK_SH | fcntl.LOCK_NB)
for command in (5, 36, 37): must_fail(fcntl.fcntl, shared, command, bytes(64))
for command, what in ((1024, 0), (1024, 2), (1025, 0), (1026, 1)): must_fail(fcntl.fcntl, shared, command, what)
syscall(73, shared.fileno(), 2 | 4)
syscall(72, shared.fileno(), (1 << 32) | 1024, 0)
=== 28 signals to a neighbour by what the system counts; held="seccomp+landlock"
must_fail(os.statvfs, os.__file__)
must_fail(open, "/proc/loadavg")
must_fail(open, "/proc/locks")
must_fail(open, "/proc/sys/kernel/random/entropy_avail")
must_fail(os.listdir, "/sys")
room = ctypes.create_string_buffer(256)
syscall(99, room)
syscall(253)
syscall(294, 0)
=== 23 privileges; held="user+landlock+seccomp"
must_fail(os.setuid, 0)
must_fail(os.setgroups, [0])
must_fail(os.chroot, ".")
syscall(165, 0, b"/tmp", b"tmpfs", 0, 0)
syscall(272, 0x10000000)
=== 26 raising the limits; held="user+limits"
import resource
for name in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
    must_fail(resource.setrlimit, name, (10 ** 9, 10 ** 9))
=== 2 another program; held="landlock", breaks=True
os.dup2(ANSWERING, 1)
os.execv("/bin/sh", ["sh", "-c", "echo passed; sleep 600 @mark@"])
=== 2 26 another Python; held="landlock", breaks=True
os.dup2(ANSWERING, 1)
os.execv(sys.executable, [sys.executable, "-c", "print('{}')"])
=== 32 torch and other engines; held="landlock", breaks=True
sys.path[:0] = @paths@
for name in ("minigrad_reference", "torch", "micrograd", "grader", "solutions.ex02_value"):
    must_fail(__import__, name)
from minigrad_reference.engine import Value
""",
    breaks=False,
)

BOMBS = _attacks("""
=== 26 forks; held="bound"
while True:
    try: os.fork()
    except OSError: raise ValueError("no more")
=== 26 threads; held="bound"
import threading
for _ in range(10_000): threading.Thread(target=time.sleep, args=(600,)).start()
=== 26 memory; held="limits"
hoard = []
while True: hoard.append(bytearray(64 * 1024 * 1024))
=== 26 memory in one piece; held="limits"
hoard = " " * (1 << 40)
=== 26 memory that is kept; held="limits", breaks=None
hoard = []
try:
    while True: hoard.append(bytearray(1024 * 1024))
except MemoryError: pass
=== 26 recursion
def f(): return f()
f()
=== 26 recursion without a limit
sys.setrecursionlimit(10 ** 9)
class Deep:
    def __getattr__(self, name): return getattr(self, name + "x")
Deep().x
=== 26 recursion in C
deep = None
for _ in range(100_000): deep = [deep]
repr(deep)
=== 26 34 recursion in the compiler
compile("(" * 100_000, "", "eval")
=== 26 34 recursion in the optimiser
eval("-" * 100_000 + "1")
=== 26 standard output; breaks=False
for _ in range(200): print("x" * 100_000)
=== 26 standard error; breaks=False
for _ in range(200): os.write(2, b"x" * 100_000)
=== 26 disk; held="limits or landlock", breaks=False
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
must_fail(lambda: open("./@mark@", "w").write("x" * 10_000_000))
=== 26 disk, where anybody may write; held="landlock", breaks=False
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for place in ("/tmp", "/dev/shm", "@world@"):
    must_fail(lambda: open(place + "/@mark@", "w").write("x" * 10_000_000))
=== 26 open files; held="limits"
held = []
while True: held.append(os.open("/dev/null", os.O_RDONLY)); len(held) < 1000 or breach()
=== 26 a loop; slow=True
while True: pass
=== 26 a loop in C; slow=True
sum(range(10 ** 15))
=== 26 a power; slow=True
9 ** 9 ** 9
=== 26 an expression; slow=True
import re
re.match("(a+)+$", "a" * 60 + "b")
=== 27 sleep; slow=True
time.sleep(600)
=== 27 a loop that catches everything; slow=True
while True:
    try: time.sleep(0.01)
    except BaseException: continue
=== 27 every signal ignored; slow=True
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True: signal.pause()
=== 27 the keyboard
input()
=== 27 reading all of standard input; breaks=False
sys.stdin.buffer.raw.read()
=== 27 reading the next question; slow=True
os.read(ASKING, 1)
=== 27 reading all questions; slow=True
local("requests").buffer.raw.read()
=== 34 an endless comprehension at import; slow=True
endless = [x for x in iter(int, 1)]
""")

LEAKS = _attacks("""
=== 28 the probe as a message
raise ValueError(local("request")["code"] + str(local("request")["observe"]))
=== 28 the probe as a type
raise type(local("request")["code"], (Exception,), {})()
=== 28 the probe as a source line
import linecache
linecache.getlines = lambda *_: local("request")["code"].splitlines()
linecache.getline = lambda *_: local("request")["code"]
raise ValueError
=== 28 the probe as a file name
exec(compile("1/0", local("request")["code"].replace("/", " "), "exec"))
=== 28 the probe as a value
LIE = local("request")["code"]
=== 28 the probe in digits
LIE = int.from_bytes(local("request")["code"].encode()[:7], "big")
=== 28 the probe in a warning
import warnings
warnings.simplefilter("error")
warnings.warn(local("request")["code"])
=== 28 the probe kept for a public check; held="landlock"
import builtins
for place in (".", "/tmp", "/dev/shm", "@world@"):
    must_fail(lambda: open(place + "/@mark@", "w").write(local("request")["code"]))
    for name in os.listdir("."): must_fail(lambda: open(name, "a"))  # os.access tells root yes, whatever Landlock says
LIE = getattr(builtins, "kept", "nothing")
builtins.kept = local("request")["code"]
=== 28 predecessors' solutions
raise ValueError([open(name).read()[-3000:] for name in os.listdir(".") if name.endswith(".py")])
=== 28 predecessors' solutions as values
LIE = [open(name).read() for name in sorted(os.listdir(".")) if name.endswith(".py")]
=== 33 terminal control
raise ValueError("\\x1b[2J\\x1b]0;passed\\x07\\x9b31m\\r\\b\\u202e passed \\x00")
=== 33 mark-up
raise ValueError("<script>alert(1)</script>=HYPERLINK(1)|`**passed**`[a](javascript:1)")
=== 33 a name of controls
exec("def f(): raise type('\\x1b[1A', (Exception,), {'__module__': '\\x07'})('=1+1')")
f()
=== 33 a message without end
raise ValueError("\\n" * 100_000)
=== 33 half a surrogate pair
raise ValueError("\\udcff\\ud800")
=== 33 a message that raises
class Bad(Exception):
    def __str__(self): raise self
raise Bad
=== 33 a message that is no string
class Text(str):
    def __getitem__(self, index): return {"a": 1}
class Bad(Exception):
    def __str__(self): return Text("x")
raise Bad
""")

TABLE = (*ENDINGS, *PATCHES, *NUMBERS, *FORGERIES, *OUTSIDE, *BOMBS, *LEAKS)

# Whole files rather than something above one: (items, name, source).
SOURCES = (
    ((34,), "null byte", "x = 1\0\n"),
    ((34,), "cookie of a code that is none", "# -*- coding: passed -*-\nx = 1\n"),
    ((34,), "cookie rot13", "# coding: rot13\nvzcbeg bf\n"),
    ((34,), "cookie utf-7", "# coding: utf-7\n+AGkAbQBwAG8AcgB0- os\n"),
    ((34,), "cookie unicode_escape", "# coding: unicode_escape\nx = 1 \\x0aimport os\\x0aos._exit(0)\n"),
    ((34,), "syntax error", "def f(:\n"),
    ((34,), "unclosed", "x = '''\n"),
    ((34,), "indentation", "if True:\n\tx = 1\n        y = 2\n"),
    ((34,), "empty", ""),
    ((34,), "half a surrogate pair", "x = '\ud800'\n"),
    ((34,), "byte order mark", "\ufeffx = 1\n"),
    ((34,), "deep", "x = " + "(" * 5000 + ")" * 5000 + "\n"),
    ((34,), "deep blocks", "".join(" " * i + "if 1:\n" for i in range(300)) + " " * 300 + "pass\n"),
    ((34,), "a long number", "x = " + "9" * 100_000 + "\n"),
    ((34,), "a long line", "x = [" + "1, " * 10_000 + "]\n"),
    ((34,), "many lines", "x = 1\n" * 10_000),
    ((34, 33), "control characters", "\x1b[2J\x07\x0c\n"),
    ((31,), "exercise 2 missing the class", "Value = None\n"),
    ((31,), "the input", "Value = lambda x, *_, **__: x\n"),
    ((31,), "a constant", "class Value(float):\n    data = 5.0\n    _op = '+'\n    _prev = ()\n"),
    (
        (31,),
        "everything for anything",
        """class Value:
    def __init__(s, *a, **k): pass
    def __getattr__(s, n): return s
    def __add__(s, o): return s
    __mul__ = __call__ = __getitem__ = __add__
    def __len__(s): return 2
    def __float__(s): return 5.0
    def __eq__(s, o): return True
""",
    ),
    (
        (31,),
        "every exception caught",
        """class Value:
    def __init__(s, *a, **k): s.data = s._prev = s._op = None
    def __add__(s, o):
        try: return o.data + s.data
        except BaseException: return s
""",
    ),
)
