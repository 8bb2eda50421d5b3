"""Draws configurations: one choice of every axis (../README.md, "Draws").

A choice is a partial [[config]]. The same seed, recipe, install and suite
give the same draws, and more of them begin with the same ones.
"""
from identity import Bad, STYLES, stream

TRIES = 200
BANNERS = {"stock": 3, "hidden": 2, "neutral": 2, "notice": 1, "lines": 1,
           "forged": 3}
CERTIFICATES = {"off": 4, "rsa": 2, "ecdsa": 2, "rsa4096": 1, "chain": 2,
                "long-chain": 1, "expired": 1}
# Differences of identity alone do not make another configuration.
IDENTITY_AXES = {"style"}
LISTS = ("options", "more_setup")
TABLES = ("vars", "files")


def built_in(recipe):
    """The axes that a recipe has without saying so."""
    axes = [{"id": "style", "choices": [
        {"name": s, "style": s} for s in sorted(STYLES)]}]
    if recipe.get("banner"):
        axes.append({"id": "banner", "choices": [
            {"name": kind, "weight": weight, "banner": kind}
            for kind, weight in BANNERS.items()
            if kind != "lines" or "multi_line" in recipe]})
    if recipe.get("tls"):
        axes.append({"id": "tls", "choices": [
            {"name": kind, "weight": weight,
             "tls": "" if kind == "off" else kind}
            for kind, weight in CERTIFICATES.items()]})
    return axes


def check_axis(axis, where):
    if not isinstance(axis.get("id"), str) or not axis.get("choices"):
        raise Bad(f"{where}: an [[axis]] needs an id and choices")
    for choice in axis["choices"]:
        if not isinstance(choice, dict):
            raise Bad(f"{where}: axis \"{axis['id']}\": a choice is a table, "
                      "such as {{ options = \"...\" }}")
        weight = choice.get("weight", 1)
        if not isinstance(weight, (int, float)) or weight <= 0:
            raise Bad(f"{where}: axis \"{axis['id']}\": a weight is a number "
                      "over 0")


def axes_of(recipe, where, further=()):
    """Axes by id; the recipe's own replace built-in ones, `further` both."""
    axes = {a["id"]: a for a in built_in(recipe)}
    for axis in [*recipe.get("axis", []), *further]:
        check_axis(axis, where)
        axes[axis["id"]] = axis
    return list(axes.values())


def fits(part, install, suite):
    """Is a configuration, or a choice, for this install and suite?"""
    ident = install.get("id", "")
    return (suite in part.get("suites", [suite]) and
            ident in part.get("only", [ident]))


def merged(picked):
    """One configuration of the chosen parts of it."""
    config = {}
    for choice in picked:
        for key, value in choice.items():
            if key in ("weight", "name", "suites", "only"):
                continue
            if key in LISTS and config.get(key):
                config[key] += "\n" + value
            elif key == "box_args":
                config[key] = config.get(key, []) + value
            elif key in TABLES:
                config[key] = {**config.get(key, {}), **value}
            else:
                config[key] = value
    return config


def draws(axes, install, suite, count, seed_words):
    """Yields (config, draw): `count` of them or as many as there can be."""
    open_axes = [(a["id"], [(i, c) for i, c in enumerate(a["choices"], 1)
                            if fits(c, install, suite)]) for a in axes]
    open_axes = [(i, choices) for i, choices in open_axes if choices]
    seen = set()
    for number in range(1, count + 1):
        rng = stream(*seed_words, number)
        for _ in range(TRIES):
            picked = [(axis, *rng.choices(choices, [
                c.get("weight", 1) for _, c in choices])[0])
                for axis, choices in open_axes]
            key = tuple(i for axis, i, _ in picked
                        if axis not in IDENTITY_AXES)
            if key not in seen:
                break
        else:
            return
        seen.add(key)
        config = merged(choice for _, _, choice in picked)
        config["id"] = f"d{number:02d}"
        yield config, " ".join(f"{axis}={choice.get('name', i)}"
                               for axis, i, choice in picked)
