#!/usr/bin/python3
"""Runs one deployment and probes it. usage: box.py SPEC.json

Started by lab.py as process 1 of fresh network, mount, process, host-name and
IPC namespaces: when it ends, for whatever reason, the kernel ends everything
in the box, and its mounts and addresses are gone. It ends when its standard
input does, that is when lab.py is gone.

Writes SPEC's "output" (labelled transcripts, one a plan) and answers with
one JSON object on stdout: {"captured": true} or {"why": "..."}.
"""
import json
import os
import socket
import subprocess
import sys
import threading
import time

import certificates
import nameserver
import transcripts

HERE = os.path.dirname(os.path.abspath(__file__))
WAITER = "127.99.0.250"


class Failed(Exception):
    pass


def end_with_driver():
    while os.read(0, 4096):
        pass
    os._exit(1)


def run(argv, **options):
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, **options)
    except subprocess.TimeoutExpired as e:
        raise Failed(f"{argv[0]}: over {e.timeout:.0f} s") from e
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message")
        raise Failed(f"{argv[0]}: {last.splitlines()[-1][:200]}")
    return done.stdout


def mount_root(spec):
    """The server's root: the layers below, a scratch folder on top."""
    scratch = spec["scratch"]
    root = os.path.join(scratch, "root")
    for name in ("root", "upper", "work"):
        os.makedirs(os.path.join(scratch, name))
    run(["mount", "-t", "overlay", "overlay", "-o",
         f"lowerdir={':'.join(spec['layers'])},upperdir={scratch}/upper,"
         f"workdir={scratch}/work", root])
    run(["mount", "-t", "proc", "proc", root + "/proc"])
    run(["mount", "--rbind", "/dev", root + "/dev"])
    # Servers that turn clients away when the machine is busy see an idle one.
    calm = os.path.join(scratch, "loadavg")
    with open(calm, "w", encoding="ascii") as f:
        f.write("0.08 0.04 0.01 1/120 4242\n")
    run(["mount", "--bind", calm, root + "/proc/loadavg"])
    return root


def write_file(root, path, text):
    path = os.path.join(root, path.lstrip("/"))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.islink(path):
        os.unlink(path)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def make_certificate(root, spec):
    try:
        certificates.make(os.path.join(root, "etc/lab"), spec["key"],
                          spec["host"])
    except KeyError:
        raise Failed(f"a certificate of kind \"{spec['key']}\" is not known;"
                     f" {', '.join(certificates.KEYS)} are") from None
    except subprocess.CalledProcessError as e:
        raise Failed(f"openssl: {e.stderr.strip()[-200:]}") from e


def prepare(root, spec):
    write_file(root, "/etc/resolv.conf",
               "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n")
    write_file(root, "/etc/hosts", f"127.0.0.1 localhost\n"
               f"{spec['server_address']} {spec['host']}\n")
    write_file(root, "/etc/hostname", spec["host"] + "\n")
    # Sendmail waits a minute for a machine without a domain to get one.
    machine = spec["host"] if "." in spec["host"] else (
        spec["host"] + ".example.net")
    socket.sethostname(machine[:64])
    if spec["key"]:
        make_certificate(root, spec)
    for path, text in spec["files"].items():
        write_file(root, path, text)
    if spec["setup"]:
        run(["chroot", root, "/bin/sh", "-ec", spec["setup"]], timeout=60)


def start_names(spec):
    names = {spec["address"]: spec["host"]}
    if spec["reverse"]:
        names[spec["source"]] = spec["ehlo"]
    zone = nameserver.Zone({spec["host"].lower(): spec["address"],
                            spec["ehlo"]: spec["source"]}, names,
                           spec["address"])
    threading.Thread(target=nameserver.serve, args=(zone,),
                     daemon=True).start()


def greets(address, port):
    """True once the server has said something; it is left with QUIT."""
    try:
        with socket.create_connection((address, port), 5, (WAITER, 0)) as s:
            s.settimeout(20)
            if not s.recv(512):
                return False
            s.sendall(b"QUIT\r\n")
            s.recv(512)
            return True
    except OSError:
        return False


def await_greeting(spec, process, address, port):
    end = time.monotonic() + spec["patience"]
    while time.monotonic() < end:
        if greets(address, port):
            return
        if process.poll() is not None:
            raise Failed(f"the server ended with status {process.returncode};"
                         f" see {spec['log']}")
        time.sleep(0.2)
    raise Failed(f"no greeting in {spec['patience']} s; see {spec['log']}")


def start_server(root, spec):
    with open(spec["log"], "ab") as log:
        server = subprocess.Popen(
            ["chroot", root, "/bin/sh", "-c", "exec " + spec["start"]],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    await_greeting(spec, server, spec["server_address"], spec["port"])


def start_box(spec):
    """The middle box that stands before the server; it takes port 25."""
    box = spec["box"]
    if greets(spec["address"], 25):
        raise Failed("the server answers at its box's address, too: give its "
                     "recipe another `port`, or have it listen on @{addr} "
                     "alone")
    with open(spec["log"], "ab") as log:
        process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, box["script"]),
             "--listen", f"{spec['address']}:25", "--server",
             f"{spec['server_address']}:{spec['port']}",
             "--host", spec["host"], *box["args"]],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    spec["port"] = 25
    await_greeting(spec, process, spec["address"], 25)


def installed_version(root, spec):
    if spec["version"]:
        return spec["version"]
    return run(["chroot", root, "dpkg-query", "-W", "-f", "${Version}",
                spec["package"]]).strip()


def may_test(spec):
    """What the deep plan asks for: a list of networks that are ours."""
    path = os.path.join(spec["scratch"], "networks")
    with open(path, "w", encoding="ascii") as f:
        f.write("127.0.0.0/8\n")
    return path


def probe(spec, plan, version):
    provenance = dict(spec["provenance"], package_version=version,
                      date=time.strftime("%Y-%m-%d", time.gmtime()))
    argv = [spec["mxprint"], "probe", "--plan", plan, "--allow-private",
            "--source", spec["source"], "--ehlo", spec["ehlo"],
            "--may-test", may_test(spec), "--port", str(spec["port"]), "--quiet", "--host-timeout", "290s",
            "--greeting-timeout", "30s", "--reply-timeout", "15s",
            "--label", spec["product"],
            "--deployment", spec["deployment"],
            "--provenance", json.dumps(provenance, sort_keys=True)]
    if spec["product"] == spec["server_product"]:
        argv += ["--label-version", transcripts.upstream_version(version)]
    if spec["front"]:
        argv += ["--front", spec["front"]]
    line = run(argv + [spec["address"]], timeout=300)
    why = transcripts.complaint(line, plan, spec["silent"])
    if why:
        raise Failed(f"plan {plan}: {why}")
    return line


def capture(spec):
    run(["ip", "link", "set", "lo", "up"])
    run(["mount", "-t", "proc", "proc", "/proc"])
    root = mount_root(spec)
    start_names(spec)
    prepare(root, spec)
    start_server(root, spec)
    if "box" in spec:
        start_box(spec)
    version = installed_version(root, spec)
    lines = [probe(spec, plan, version) for plan in spec["plans"]]
    part = spec["output"] + ".part"
    with open(part, "w", encoding="utf-8") as f:
        f.writelines(lines)
    os.rename(part, spec["output"])


def main():
    threading.Thread(target=end_with_driver, daemon=True).start()
    with open(sys.argv[1], encoding="utf-8") as f:
        spec = json.load(f)
    try:
        capture(spec)
        print(json.dumps({"captured": True}), flush=True)
    except (Failed, OSError, ValueError) as e:
        print(json.dumps({"why": str(e)}), flush=True)
    except Exception as e:  # a fault of ours, or of a recipe: skip, and say it
        print(json.dumps({"why": f"{type(e).__name__}: {e}"}), flush=True)


if __name__ == "__main__":
    main()
