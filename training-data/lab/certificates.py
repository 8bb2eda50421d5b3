"""Certificates for one deployment: every key is its own, nothing is shared.

Makes FOLDER/key.pem, cert.pem (what the server sends: the leaf, then what
signed it) and ca.pem (the root). Kinds:

    rsa, ecdsa, rsa4096   signed by themselves
    expired               an RSA one, signed by itself, over since last year
    chain                 leaf, intermediate, root
    long-chain            leaf, three intermediates, root
"""
import os
import shutil
import subprocess

EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
KEYS = {"rsa": ["-newkey", "rsa:2048"], "ecdsa": EC,
        "rsa4096": ["-newkey", "rsa:4096"],
        "expired": ["-newkey", "rsa:2048"], "chain": ["-newkey", "rsa:2048"],
        "long-chain": ["-newkey", "rsa:2048"]}
INTERMEDIATES = {"chain": 1, "long-chain": 3}
# `openssl ca` is the only command that dates a certificate back.
BACKDATED = """
[ca]
default_ca = here
[here]
new_certs_dir = {folder}
database = {folder}/index
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
subjectAltName = DNS:{host}
"""


def openssl(*argv):
    subprocess.run(["openssl", *argv], check=True, text=True,
                   stdin=subprocess.DEVNULL, capture_output=True)


def paths(folder, *names):
    return [os.path.join(folder, n) for n in names]


def self_signed(folder, kind, subject, host):
    key, cert = paths(folder, "key.pem", "cert.pem")
    openssl("req", "-x509", "-nodes", "-days", "365", *KEYS[kind],
            "-subj", subject, "-addext", f"subjectAltName=DNS:{host}",
            "-keyout", key, "-out", cert)
    shutil.copy(cert, os.path.join(folder, "ca.pem"))


def expired(folder, subject, host):
    key, cert, request, config, index = paths(
        folder, "key.pem", "cert.pem", "leaf.csr", "ca.cnf", "index")
    with open(config, "w", encoding="ascii") as f:
        f.write(BACKDATED.format(folder=folder, host=host))
    with open(index, "w", encoding="ascii"):
        pass
    openssl("req", "-new", "-nodes", *KEYS["expired"], "-subj", subject,
            "-keyout", key, "-out", request)
    openssl("ca", "-batch", "-selfsign", "-notext", "-config", config,
            "-startdate", "20240601000000Z", "-enddate", "20250601000000Z",
            "-keyfile", key, "-in", request, "-out", cert)
    shutil.copy(cert, os.path.join(folder, "ca.pem"))


def signed(folder, name, subject, signer, extension, key_kind):
    """FOLDER/NAME.key and .crt, signed by SIGNER's."""
    key, request, cert, text, by_key, by_cert = paths(
        folder, name + ".key", name + ".csr", name + ".crt", name + ".ext",
        signer + ".key", signer + ".crt")
    with open(text, "w", encoding="ascii") as f:
        f.write(extension + "\n")
    openssl("req", "-new", "-nodes", *key_kind, "-subj", subject,
            "-keyout", key, "-out", request)
    openssl("x509", "-req", "-days", "365", "-in", request, "-CA", by_cert,
            "-CAkey", by_key, "-CAcreateserial", "-extfile", text,
            "-out", cert)


def chain(folder, kind, subject, host):
    authority = "basicConstraints=critical,CA:TRUE"
    key, cert = paths(folder, "ca0.key", "ca0.crt")
    openssl("req", "-x509", "-nodes", "-days", "3650", *EC, "-subj",
            "/CN=Example Root CA", "-addext", authority, "-keyout", key,
            "-out", cert)
    above = ["ca0"]
    for n in range(1, INTERMEDIATES[kind] + 1):
        signed(folder, f"ca{n}", f"/CN=Example Issuing CA {n}", above[0],
               authority, EC)
        above.insert(0, f"ca{n}")
    signed(folder, "leaf", subject, above[0], f"subjectAltName=DNS:{host}",
           KEYS[kind])
    with open(os.path.join(folder, "cert.pem"), "wb") as out:
        for name in ["leaf", *above]:
            with open(os.path.join(folder, name + ".crt"), "rb") as f:
                out.write(f.read())
    shutil.copy(cert, os.path.join(folder, "ca.pem"))
    shutil.copy(os.path.join(folder, "leaf.key"),
                os.path.join(folder, "key.pem"))


def make(folder, kind, host):
    """Throws subprocess.CalledProcessError, KeyError for an unknown kind."""
    os.makedirs(folder, exist_ok=True)
    subject = f"/CN={host[:60]}"
    if kind in INTERMEDIATES:
        chain(folder, kind, subject, host)
    elif kind == "expired":
        expired(folder, subject, host)
    else:
        self_signed(folder, kind, subject, host)
    os.chmod(os.path.join(folder, "key.pem"), 0o644)
