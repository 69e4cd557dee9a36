"""Starts the emulator: moto, corrected, holding the landing zone of a file.

    launcher.py ZONE [--port PORT] [--self-check]

Prints `ready PORT` once the zone is in place; listens on 127.0.0.1 only. Then takes commands, one a line, on standard
input, and ends when that closes, so that it never outlives whoever started it:

    copy             another emulator with the same zone     -> ready PORT
    defect NAME      the same with one defect                -> ready PORT
    zone FILE        another emulator with another zone      -> ready PORT
    change PORT NAME the change of a defect, in a copy       -> changed PORT
    defects          the table of defects                    -> defects JSON
    requests PORT    requests answered there so far          -> requests COUNT
    stop PORT        ends a copy                             -> stopped PORT

With `--self-check` it reads the zone back instead, says where it is not as written, and ends.

A command that cannot be carried out is answered with `error TEXT`. A copy is a forked process: it costs milliseconds,
shares nothing with the original after that, and leaves the original compliant.
"""

import argparse
import json
import os
import sys
import time
import warnings

# The source tree stays as it is.
sys.dont_write_bytecode = True
# moto turns naive UTC times into seconds with the local zone.
os.environ["TZ"] = "UTC"
time.tzset()
# moto remarks on each error code that a service's model does not list; AWS answers with such codes.
warnings.filterwarnings("ignore", message=".*does not match an error shape.*")
# Set before anything asks for proxies: the emulator talks to itself only.
os.environ.update(no_proxy="127.0.0.1", NO_PROXY="127.0.0.1", AWS_EC2_METADATA_DISABLED="true")
for variable in [
    name for name in os.environ if name.startswith(("MOTO_", "AWS_ENDPOINT_URL")) or name == "AWS_PROFILE"
]:
    del os.environ[variable]

import corrections  # noqa: E402
from backdoor import Backdoor  # noqa: E402
from clients import Clients  # noqa: E402
import defects  # noqa: E402
from readback import differences  # noqa: E402
from seed import seed  # noqa: E402
from serving import Application, Server  # noqa: E402
from zone import Zone  # noqa: E402


class Copies:
    """Forked copies by port, each with the pipe it lives by and the pipe it answers through."""

    def __init__(self):
        self._copies = {}

    def start(self, work):
        """Forks; `work` runs in the copy and returns its server. Answers the port, or raises what `work` raised."""
        lifeline, answer = os.pipe(), os.pipe()
        child = os.fork()
        if child == 0:
            self._live(work, lifeline, answer)
        os.close(lifeline[0])
        os.close(answer[1])
        told = json.loads(self._line(answer[0]) or '{"error": "the copy died"}')
        if "error" in told:
            os.close(lifeline[1])
            os.close(answer[0])
            os.waitpid(child, 0)
            raise RuntimeError(told["error"])
        self._copies[told["port"]] = (child, lifeline[1], answer[0])
        return told["port"]

    def _live(self, work, lifeline, answer):
        """The life of a copy: until its lifeline is closed, answers each byte with the requests so far."""
        os.close(lifeline[1])
        os.close(answer[0])
        # The lifelines of other copies must be held by the original alone.
        for _, other_lifeline, other_answer in self._copies.values():
            os.close(other_lifeline)
            os.close(other_answer)
        try:
            server = work()
            os.write(answer[1], (json.dumps({"port": server.port}) + "\n").encode())
            while os.read(lifeline[0], 1):
                os.write(answer[1], f"{server.requests_since_start()}\n".encode())
        except Exception as error:
            os.write(answer[1], (json.dumps({"error": f"{type(error).__name__}: {error}"}) + "\n").encode())
        finally:
            os._exit(0)

    @staticmethod
    def _line(pipe):
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(pipe, 1)
            if not byte:
                return ""
            line += byte
        return line.decode().strip()

    def requests(self, port):
        _, lifeline, answer = self._copies[port]
        os.write(lifeline, b"?")
        return int(self._line(answer))

    def stop(self, port):
        child, lifeline, answer = self._copies.pop(port)
        os.close(lifeline)
        os.close(answer)
        os.waitpid(child, 0)


class Emulator:
    """The original with its commands."""

    def __init__(self, zone, port):
        corrections.apply()
        self.backdoor = Backdoor()
        self.zone = zone
        self.server = Server(Application(), port)
        self.clients = self.seeded(zone, self.server)
        self.copies = Copies()

    def seeded(self, zone, server):
        """Puts a zone into the empty emulator; answers clients for its accounts."""
        self.backdoor.caller_account(zone.management)
        clients = Clients(server.url, zone.management, zone.home_region)
        seed(zone, clients, self.backdoor)
        server.requests_since_start(reset=True)
        return clients

    def copy(self, defect=None):
        def work():
            self.server.abandon()
            server = Server(Application())
            if defect:
                defect.apply(self.zone, self.clients.at(server.url), self.backdoor)
            server.requests_since_start(reset=True)
            return server

        return self.copies.start(work)

    def change(self, port, name):
        """Makes a change in a copy that is running, through the SDK alone: the backdoor of a copy is its own."""
        clients = self.clients.at(f"http://127.0.0.1:{port}")
        defects.DEFECTS[name].apply(self.zone, clients, None)

    def another(self, path):
        zone = Zone.read(path)

        def work():
            self.server.abandon()
            self.backdoor.forget_everything()
            server = Server(Application())
            self.seeded(zone, server)
            return server

        return self.copies.start(work)

    def obey(self, command, argument):
        if command == "copy":
            return f"ready {self.copy()}"
        if command == "defect":
            return f"ready {self.copy(defects.DEFECTS[argument])}"
        if command == "zone":
            return f"ready {self.another(argument)}"
        if command == "change":
            port, _, name = argument.partition(" ")
            self.change(int(port), name)
            return f"changed {port}"
        if command == "defects":
            return f"defects {defects.table()}"
        if command == "requests":
            port = int(argument)
            own = port == self.server.port
            return f"requests {self.server.requests_since_start() if own else self.copies.requests(port)}"
        if command == "stop":
            self.copies.stop(int(argument))
            return f"stopped {argument}"
        raise ValueError(f"no such command `{command}`")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("zone", help="landing zone, in the form of crates/zone/src/sample.yaml")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--self-check", action="store_true", help="compare what is there with the file")
    arguments = parser.parse_args()
    emulator = Emulator(Zone.read(arguments.zone), arguments.port)
    if arguments.self_check:
        different = list(differences(emulator.zone, emulator.clients))
        sys.exit("\n".join(different) if different else 0)
    print(f"ready {emulator.server.port}", flush=True)
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        try:
            answer = emulator.obey(command, argument)
        except Exception as error:
            answer = f"error {type(error).__name__}: {error}".replace("\n", " ")
        print(answer, flush=True)


if __name__ == "__main__":
    main()
