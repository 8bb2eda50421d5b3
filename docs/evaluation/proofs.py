"""Sections: what cannot be told apart, and what must not be."""
from text import count, interval, listed, plural, share


def write_identifiability(report):
    rows = report.part("identifiability", "What no classifier can tell apart")
    if not rows:
        return
    report.say(
        """Two deployments whose transcripts under a plan give the same features
        (delays apart) cannot be told apart. The ceiling is the accuracy of
        somebody who knows all these deployments and names, for each way of
        answering, what most of those have that answer so. Masked: as if there
        were no greeting.""")
    report.table(
        ["plan, greeting", "ways to answer", "like another product",
         "ceiling (micro / macro)", "like another version of the product",
         "ceiling of versions (micro / macro)"],
        [[situation(r), str(r["forms"]),
          f'{count(r["products"]["alike"])} of '
          f'{count(r["products"]["deployments"])}', ceilings(r["products"]),
          f'{count(r["versions"]["alike"])} of '
          f'{count(r["versions"]["deployments"])}', ceilings(r["versions"])]
         for r in rows])
    report.say("""The model in its folds against the ceiling of the same items
               (groups that look alike count once there):""")
    report.table(
        ["plan, greeting", "deployments equal", "ceiling", "products equal",
         "ceiling"],
        [[situation(r), interval(r["model"]["micro"]),
          share(r["model"]["ceiling_micro"]), interval(r["model"]["macro"]),
          share(r["model"]["ceiling_macro"])] for r in rows])
    for row in rows:
        if row["greeting"] == "as_is" or not row["products_alike"]:
            continue
        sets = [f'{s["names"]} ({count(s["deployments"])})'
                for s in row["products_alike"][:5]]
        more = len(row["products_alike"]) - len(sets)
        report.say(f'Plan {row["plan"]}, greeting masked, products alike '
                   f'(deployments): {"; ".join(sets)}' +
                   (f'; and {more} more.' if more > 0 else "."))


def situation(row):
    return f'{row["plan"]}, {row["greeting"].replace("_", " ")}'


def ceilings(figures):
    return (f'{share(figures["ceiling_micro"])} / '
            f'{share(figures["ceiling_macro"])}')


def write_leak(report):
    part = report.part("leak", "Leak test: does it learn hosts?")
    if not part:
        return
    report.say(
        f"""If the features told one deployment from another that is configured
        alike, the model would learn hosts instead of software.
        {plural(part["twin_pairs"], "pair")} of twins (same choices, another host
        name, address, prober and key, captured apart): one transcript is
        learned, another is assigned to one of the two. Who knows product, version
        and configuration is right half of the time. The last row compares among
        all deployments of a product and version, whose configurations differ,
        so that being better than chance is no leak.""")
    rows = []
    for key, text in (("twins_nearest", "which of two twins, nearest"),
                      ("twins_linear", "which of two twins, linear machine"),
                      ("equal_transcripts", "which of those that answer alike"),
                      ("product_and_version",
                       "which of a product and version")):
        test = part[key]
        if not test["accuracy"] or not test["deployments"]:
            rows.append([text, "0", "–", "–", "not measured"])
            continue
        rows.append([text, str(test["deployments"]), share(test["baseline"]),
                     interval(test["accuracy"]), "**leak**" if test["leaks"] else "no leak"
                     if key != "product_and_version" else "may differ"])
    report.table(["", "deployments", "by chance", "named right", ""], rows)
    if not part["twin_pairs"]:
        report.say("There are no twins in these data, so that this says little.")
    elif part["leak"] is None:
        report.say("Nothing could be compared: this says nothing.")
    elif part["leak"]:
        report.say("It leaks. What points to the right twin: " + listed(
            f'`{f["name"]}`' for f in part["features"][:10]) + ".")
    else:
        report.say("""No test of deployments that are configured alike names them
                   significantly better than chance.""")


# ---------------------------------------------------------------- weakest
