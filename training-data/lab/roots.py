"""Cached root file systems: a base per suite, a layer per package set.

    FOLDER/base/SUITE            debootstrap --variant=minbase
    FOLDER/layers/NAME           what apt-get install added to its base
    FOLDER/npm/NAME-VERSION-...  npm ci, from the lock file in npm/

Everything is made under a .part name and renamed when complete, so that a
stopped run leaves nothing half made behind. Several labs may share a folder:
whoever comes first makes a root, and the others wait for it.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess

import locks

# A suite that lives on another's base.
BACKPORTS = {"bookworm-backports": "bookworm",
             "bullseye-backports": "bullseye"}
POLICY = "#!/bin/sh\nexit 101\n"  # no package starts its service


def mirror():
    """$LAB_MIRROR, or where this machine gets its own Debian packages."""
    if os.environ.get("LAB_MIRROR"):
        return os.environ["LAB_MIRROR"]
    known = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)",
         "Created-By: Packages"],
        capture_output=True, text=True, check=False).stdout.split()
    for uri in known:
        if "security" not in uri:
            return uri.rstrip("/")
    raise SystemExit("lab: apt knows no Debian mirror; name one in "
                     "LAB_MIRROR")


# Runs in its own mount namespace: base below, the layer on top.
INSTALL = r"""
set -e
layer=$1 base=$2 suite=$3; shift 3
mkdir -p "$layer/upper" "$layer/work" "$layer/root"
mount -t overlay overlay -o \
	"lowerdir=$base,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
root=$layer/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
target=
case $suite in *-backports)
	echo "deb $MIRROR $suite main" >"$root/etc/apt/sources.list.d/lab.list"
	target="-t $suite"
esac
chroot "$root" apt-get -qq -o Acquire::Check-Valid-Until=false update
chroot "$root" apt-get -qq -y $target --no-install-recommends install "$@"
chroot "$root" apt-get -qq clean
rm -rf "$root"/var/lib/apt/lists/*
[ -z "$BUILD" ] || chroot "$root" sh -ec "$BUILD"
"""


class Missing(Exception):
    """What could not be made, in a sentence."""


def log_and_run(log, argv, **options):
    with open(log, "ab") as f:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=f,
                              stderr=f, **options)
    if done.returncode:
        raise Missing(f"{argv[0]} failed; see {log}")


class Roots:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.failed = {}
        for name in ("base", "layers", "npm", "logs", "locks"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)

    def log(self, name):
        return os.path.join(self.folder, "logs", name + ".log")

    def once(self, path, make, name):
        """`path`, made if need be; a failure is remembered."""
        if path in self.failed:
            raise self.failed[path]
        if os.path.exists(path):
            return path
        lock = os.path.join(self.folder, "locks", os.path.basename(path))
        with open(lock, "w", encoding="ascii") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if path in self.failed:
                raise self.failed[path]
            if not os.path.exists(path):
                self.make(path, make, name)
        return path

    def make(self, path, make, name):
        """Twice, if need be: mirrors have bad moments."""
        part = path + ".part"
        for again in (True, False):
            shutil.rmtree(part, ignore_errors=True)
            print(f"lab: making {name}", flush=True)
            try:
                make(part)
                os.rename(part, path)
                return
            except (Missing, subprocess.TimeoutExpired, OSError) as e:
                shutil.rmtree(part, ignore_errors=True)
                if not again:
                    self.failed[path] = Missing(f"{name}: {e}")
                    raise self.failed[path] from e

    def base(self, suite):
        def make(part):
            log_and_run(self.log("base-" + suite), [
                "debootstrap", "--variant=minbase", "--no-check-gpg", suite,
                part, mirror()], timeout=900)
            policy = os.path.join(part, "usr/sbin/policy-rc.d")
            with open(policy, "w", encoding="ascii") as f:
                f.write(POLICY)
            os.chmod(policy, 0o755)
        suite = BACKPORTS.get(suite, suite)
        return self.once(os.path.join(self.folder, "base", suite), make,
                         f"base {suite}")

    def layers(self, suite, packages, build=""):
        """
        Folders of the overlay, uppermost first. `build` is shell that runs
        in the root once, after the packages are there.
        """
        base = self.base(suite)
        name = "-".join([suite] + sorted(packages)).replace("/", "_")
        if build:
            name += "-" + hashlib.sha256(build.encode()).hexdigest()[:8]

        def make(part):
            os.makedirs(part)
            log_and_run(self.log("layer-" + name), [
                "unshare", "-m", "-p", "--fork", "--kill-child", "sh", "-c",
                INSTALL, "install", part, base, suite, *packages],
                timeout=900,
                env=dict(os.environ, MIRROR=mirror(), BUILD=build))
        layer = self.once(os.path.join(self.folder, "layers", name), make,
                          f"{suite} with {' '.join(packages)}")
        return [os.path.join(layer, "upper"), base]

    def npm(self, package):
        """The folder of an npm package, e.g. Haraka@3.1.7."""
        lock = locks.folder(package)
        try:
            with open(os.path.join(lock, locks.LOCK), "rb") as f:
                version = hashlib.sha256(f.read()).hexdigest()[:8]
        except FileNotFoundError:
            raise Missing(f"npm {package} has no lock file; make it with "
                          f"lab.py --lock {package}") from None

        def make(part):
            shutil.copytree(lock, part)
            log_and_run(self.log("npm-" + os.path.basename(lock)), [
                "npm", "ci", "--omit=optional", "--ignore-scripts",
                "--no-audit", "--no-fund"], cwd=part, timeout=600)
        return self.once(os.path.join(
            self.folder, "npm", f"{os.path.basename(lock)}-{version}"), make,
            f"npm {package}")
