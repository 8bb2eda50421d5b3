"""Reads recipes/*.toml and boxes/*.toml and spells them out as deployments.

A recipe says how one product is installed, configured and started, and in
which configurations; a box's says which servers it is put in front of;
../README.md describes the keys. What is drawn comes from the seed and the
deployment's id: the same recipes give the same deployments.
"""
import glob
import hashlib
import os
import re
import tomllib

import drawing
from identity import Bad, Banners, Identities, stream, without_own

HERE = os.path.dirname(os.path.abspath(__file__))
TWINS = 1 / 12  # of the drawn deployments
PLANS = ["polite", "standard", "deep", "lab"]
SILENT = ["bare-lf"]  # some servers wait for the CR for ever
KEYS = {"product", "about", "package", "start", "setup", "banner", "own",
        "port", "tls", "no_tls", "front", "files", "vars", "install",
        "config", "hidden", "adds_esmtp", "adds_host", "draws", "axis",
        "multi_line", "silent", "random", "build"}
BOX_KEYS = {"front", "product", "about", "args", "draws", "axis", "behind",
            "silent", "random"}
BEHIND_KEYS = {"recipe", "suite", "install", "draws", "held_out", "boxes"}
SERVERS = "servers.toml"  # behind the boxes that name none themselves
# Keys of a configuration that are no variables for texts.
SETTINGS = {"id", "banner", "banner_text", "claims", "tls", "style",
            "options", "more_setup", "host", "product", "front", "front_box",
            "start"}


def substitute(text, values, where):
    """@{name} -> values[name], again in what that brings."""
    for _ in range(5):
        if "@{" not in text:
            return text
        try:
            text = re.sub(r"@\{(\w+)\}", lambda m: values[m.group(1)], text)
        except KeyError as e:
            raise Bad(f"{where}: @{{{e.args[0]}}} is not known") from e
    raise Bad(f"{where}: substitutions without end")


def check_keys(table, known, where):
    unknown = sorted(set(table) - known)
    if unknown:
        raise Bad(f"{where}: key {unknown[0]} is not known")


class Box:
    """A middle box: boxes/NAME.py, and boxes/NAME.toml that labels it."""

    def __init__(self, path):
        self.name = os.path.basename(path)[:-len(".toml")]
        self.script = path[:-len(".toml")] + ".py"
        self.recipe = read_toml(path)
        check_keys(self.recipe, BOX_KEYS, self.name)
        if not os.path.exists(self.script):
            raise Bad(f"{path}: there is no {self.script}")

    def digest(self):
        """Of the program: another one gives other transcripts."""
        both = hashlib.sha256()
        for path in (self.script, os.path.join(os.path.dirname(self.script),
                                               "relay.py")):
            with open(path, "rb") as f:
                both.update(f.read())
        return both.hexdigest()[:16]


def read_toml(path):
    try:
        with open(path, "rb") as f:
            return tomllib.load(f)
    except tomllib.TOMLDecodeError as e:
        raise Bad(f"{path}: {e}") from e


class Expander:
    def __init__(self, seed, boxes):
        self.seed = seed
        self.boxes = boxes
        self.banners = Banners()
        self.identities = Identities(seed)

    def values(self, recipe, install, config, who, ident):
        """What @{name} stands for; also how the greeting is set."""
        kind = config.get("banner", "stock")
        values = {"options": "", "banner_set": ""}
        for source in (recipe, install, config):
            values.update(source.get("vars", {}))
        values.update({k: v for k, v in config.items()
                       if isinstance(v, str)})
        values["host"] = config.get("host") or who["host"]
        values["addr"] = who["inner"] if self.box(recipe, config) else (
            who["addr"])
        values["tls"] = recipe.get("tls" if config.get("tls") else "no_tls",
                                   "")
        claims = ""
        if kind != "stock":
            text, claims = self.banners.choose(
                kind, stream(self.seed, ident, "banner"), recipe, config)
            values["banner"] = without_own(recipe, text)
            values["banner_set"] = recipe.get("banner", "")
            if not values["banner_set"]:
                raise Bad(f"{ident}: this product has no banner to set")
        return values, kind, claims

    def box(self, recipe, config):
        """The middle box in front of the server, if there is one."""
        front = recipe.get("front", "")
        name = config.get("front_box") or (
            front.get("box") if isinstance(front, dict) else "")
        return self.known_box(name, recipe["product"]) if name else None

    def known_box(self, name, where):
        if name not in self.boxes:
            raise Bad(f"{where}: there is no box \"{name}\"; "
                      f"known are {', '.join(sorted(self.boxes))}")
        return self.boxes[name]

    def labels(self, recipe, config):
        """Product and front: what the transcript is said to show."""
        product = config.get("product", recipe["product"])
        front = config.get("front", recipe.get("front", ""))
        box = self.box(recipe, config)
        if not box:
            return product, front
        # Nothing of the server shows: the box is all there is to name.
        if box.recipe.get("product"):
            return box.recipe["product"], ""
        return product, box.recipe["front"]

    def provenance(self, name, recipe, install, suite, config, values, ident):
        """How it was configured, as text, beside where it is from."""
        def spell(text):
            return substitute(text, values, ident).strip()
        package = install.get("package", recipe.get("package", ""))
        told = {"recipe": name, "config": config["id"],
                "package": install.get("npm") or package, "suite": suite,
                "banner": config.get("banner", "stock"), "seed": self.seed,
                "options": spell(values["options"])}
        chosen = {k: spell(v) for k, v in sorted(
            {**config.get("vars", {}), **{
                k: v for k, v in config.items() if isinstance(v, str) and
                k not in SETTINGS}}.items())}
        files = {p: spell(t) for p, t in config.get("files", {}).items()}
        for key, value in (("vars", chosen), ("files", files),
                           ("setup", spell(config.get("more_setup", ""))),
                           ("tls", config.get("tls", ""))):
            if value:
                told[key] = value
        return told

    def deployment(self, name, recipe, install, suite, config, draw="",
                   twin=False):
        base = "-".join(p for p in (name, install.get("id"), suite,
                                    config["id"]) if p)
        ident = base + ("-twin" if twin else "")
        who = self.identities.of(ident, base, config.get("style"))
        # A twin says the same words: its banner is drawn as the other's.
        values, kind, claims = self.values(recipe, install, config, who, base)

        def spell(text):
            return substitute(text, values, ident)
        held_out = config.get("held_out", install.get("held_out", False))
        provenance = self.provenance(name, recipe, install, suite, config,
                                     values, ident)
        for key, value in (("claims", claims), ("draw", draw),
                           ("twin", base if twin else "")):
            if value:
                provenance[key] = value
        product, front = self.labels(recipe, config)
        found = {
            "deployment": ident, "product": product, "front": front,
            "server_product": config.get("product", recipe["product"]),
            "held_out": held_out, "suite": suite,
            "packages": install.get("packages", []),
            "npm": install.get("npm", ""),
            "package": provenance["package"],
            # of an embedded server, where the package is named otherwise
            "version": install.get(
                "version", install.get("npm", "").rpartition("@")[2]),
            "host": values["host"], "address": who["addr"],
            "server_address": values["addr"],
            "port": recipe.get("port", 25),
            "source": who["source"], "ehlo": who["ehlo"],
            "reverse": who["reverse"],
            "key": config.get("tls") or values.get("key", ""),
            "files": {spell(p): spell(t) for p, t in {
                **recipe.get("files", {}), **config.get("files", {})}.items()},
            "setup": spell(recipe.get("setup", "") + "\n" +
                           config.get("more_setup", "")).strip(),
            "start": spell(config.get("start", recipe["start"])),
            "silent": recipe.get("silent", SILENT) + config.get("silent", []),
            "random": recipe.get("random", ""),
            "plans": ["standard"] if held_out else PLANS,
            "provenance": provenance}
        if recipe.get("build"):
            found["build"] = recipe["build"]
        self.add_box(found, recipe, config, spell)
        return found

    def add_box(self, found, recipe, config, spell):
        box = self.box(recipe, config)
        if not box:
            return
        front = recipe.get("front", {})
        args = [spell(a) for a in [
            *box.recipe.get("args", []),
            *(front.get("args", []) if isinstance(front, dict) else []),
            *config.get("box_args", [])]]
        found["box"] = {"name": box.name, "script": os.path.relpath(
            box.script, HERE), "args": args, "digest": box.digest()}
        found["silent"] = found["silent"] + box.recipe.get("silent", [])
        found["random"] = found["random"] or box.recipe.get("random", "")
        provenance = found["provenance"]
        provenance["box"] = " ".join([box.name, *args])
        provenance["behind"] = config.get("product", recipe["product"])

    def configured(self, name, recipe, install, suite):
        """The [[config]] tables."""
        for config in recipe.get("config", []):
            if drawing.fits(config, install, suite):
                yield self.deployment(name, recipe, install, suite, config)

    def drawn(self, name, recipe, install, suite, count, axes):
        for config, draw in drawing.draws(
                axes, install, suite, count,
                (self.seed, name, install.get("id", ""), suite)):
            made = self.deployment(name, recipe, install, suite, config, draw)
            yield made
            # A twin of what answers at random would tell nothing.
            if made["held_out"] or made["random"]:
                continue
            rng = stream(self.seed, made["deployment"], "twin")
            if rng.random() < TWINS:
                yield self.deployment(name, recipe, install, suite, config,
                                      draw, twin=True)

    def expand(self, name, recipe):
        check_keys(recipe, KEYS, name)
        axes = drawing.axes_of(recipe, name)
        for install in recipe["install"]:
            count = install.get("draws", recipe.get("draws", 0))
            for suite in install["suites"]:
                yield from self.configured(name, recipe, install, suite)
                yield from self.drawn(name, recipe, install, suite, count,
                                      axes)

    def expand_box(self, box, recipes, servers):
        """The box in front of other recipes' servers, always drawn."""
        further = [{"id": "box", "choices": [{"name": box.name,
                                              "front_box": box.name}]},
                   *box.recipe.get("axis", [])]
        for behind in box.recipe.get("behind", servers):
            check_keys(behind, BEHIND_KEYS, box.name)
            for name in behind.get("boxes", []):
                self.known_box(name, behind["recipe"])
            if box.name not in behind.get("boxes", [box.name]):
                continue
            if behind["recipe"] not in recipes:
                raise Bad(f"{box.name}: there is no recipe "
                          f"\"{behind['recipe']}\" to stand behind it")
            recipe = recipes[behind["recipe"]]
            # Where nothing of the server shows, drawing it changes nothing.
            axes = drawing.axes_of({} if "product" in box.recipe else recipe,
                                   box.name, further)
            yield from self.drawn(
                f"{box.name}-{behind['recipe']}", recipe,
                install_behind(box, recipe, behind), behind["suite"],
                behind.get("draws", box.recipe.get("draws", 0)), axes)


def install_behind(box, recipe, behind):
    """The first install of a suite that is not held out, or the named one."""
    for install in recipe["install"]:
        if (behind["suite"] in install["suites"] and
                behind.get("install", install.get("id", "")) ==
                install.get("id", "") and
                ("install" in behind or not install.get("held_out"))):
            return dict(install, held_out=behind.get(
                "held_out", install.get("held_out", False)))
    raise Bad(f"{box.name}: {behind['recipe']} has no such install in "
              f"{behind['suite']}")


def toml_files(folder):
    return sorted(glob.glob(os.path.join(folder, "*.toml")))


def guarded(deployments, name):
    """A list; a key that is missing on the way becomes a sentence."""
    try:
        return list(deployments)
    except KeyError as e:
        raise Bad(f"{name}: key {e} is missing") from e


def read_all(seed, folder=HERE):
    """Every deployment, in the order of the recipe files."""
    recipes = {os.path.basename(p)[:-len(".toml")]: read_toml(p)
               for p in toml_files(os.path.join(folder, "recipes"))}
    paths = {os.path.basename(p): p
             for p in toml_files(os.path.join(folder, "boxes"))}
    servers = []
    if SERVERS in paths:
        servers = read_toml(paths.pop(SERVERS))["behind"]
    boxes = {b.name: b for b in map(Box, paths.values())}
    expander, found = Expander(seed, boxes), []
    for name, recipe in recipes.items():
        found += guarded(expander.expand(name, recipe), name)
    for name, box in boxes.items():
        found += guarded(expander.expand_box(box, recipes, servers), name)
    return found
