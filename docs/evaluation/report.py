#!/usr/bin/python3
"""Writes docs/evaluation.md and its plots from what the program measured.

usage: report.py EVALUATION.json CORPUS.json FOLDER     (make evaluation)
       report.py --headline EVALUATION.json > before.json

EVALUATION.json is of `mxprint evaluate --format json`, CORPUS.json of `mxprint
corpus --format json`. FOLDER gets evaluation.md and evaluation/*.svg. The second
form keeps the headline figures of a state, to be compared with later ones
(FOLDER/evaluation/before.json, if it is there).

All figures come from these files, as does which of them are called weak.
"""
import json
import os
import sys

from accuracy import (write_baselines, write_calibration, write_configurations,
                      write_curve, write_ladder, write_open_set, write_plans,
                      write_products, write_versions)
from headline import headline, rung_of, write_before
from proofs import write_identifiability, write_leak
from text import Report, interval, plural
from weakest import write_weakest


def write_top(report):
    data = report.m["data"]
    plan, figures = report.detailed()
    report.lines += ["# How good is it", ""]
    report.say(
        f"""Made by `make evaluation` from `training-data/transcripts`; every
        figure, picture and sentence about a figure comes from `mxprint evaluate`
        and `mxprint corpus`, and a second run changes no byte of it (`git diff
        --exit-code docs/`). Data {data["hash"][:16]}, features
        {report.m["features"]}, {report.m["folds_count"]} folds, seed
        {report.m["seed"]}.""",
        """In parentheses stand 95 % intervals; "–" is what cannot be measured
        with these data.""")
    if not figures:
        return
    rows = [["accuracy, deployments equal (micro)", interval(figures["micro"])],
            ["accuracy, products equal (macro)", interval(figures["macro"])]]
    for greeting in ("masked", "forged"):
        rung = rung_of(report.m, plan, greeting)
        if rung:
            rows.append([f"accuracy, greeting {greeting} (micro)",
                         interval(rung["micro"])])
    rows += [["named at precision 0.98",
              interval(figures["coverage_at_precision_98"])],
             ["calibration error", interval(figures["calibration_error"])]]
    told = figures["told"]
    rows += [["told by mxprint: right", interval(told["right"])],
             ["told by mxprint: wrong", interval(told["wrong"])]]
    configurations = (report.m.get("configurations") or {}).get("told")
    if configurations:
        rows.append(["told of configurations that nobody has seen: right",
                     interval(configurations["right"])])
    products = report.m.get("products") or {}
    if products:
        rows.append(["told of unknown products: a name, and so wrong",
                     interval(products["told"]["wrong"])])
    part = products.get("everything")
    if part:
        rows.append(["unknown products told from known ones (AUROC)",
                     interval(part["auroc"])])
    report.table([f"plan {plan}", "figure"], rows)


def write_data(report):
    c = report.corpus
    report.section("The data")
    report.say(
        f"""{plural(c["transcripts"], "transcript")} of
        {plural(c["deployments"], "deployment")}: {plural(c["products"],
        "product")} in {c["versions"]} versions, {c["configurations"]}
        configurations, from {plural(c["suites"], "suite")}. Each was installed,
        configured and started in the laboratory (`training-data/lab`) and probed
        there, so the label is what was installed, not what it says of itself.
        {c["two_layer"]} deployments stand behind a front of
        {plural(c["fronts"], "kind")} (a filter, proxy or middle box that answers
        first); {c["not_smtp"]} are LMTP servers.""",
        f"""{c["distinct"]} deployments differ after normalisation: in what they
        answer under the largest plan they share, with names, addresses, dates,
        ids and echoes of the probes taken out. A row below counts those that
        differ within the product.""")
    report.table(
        ["product", "deployments", "distinct", "versions", "suites",
         "configurations", "fronts"],
        [[p["product"]] + [str(p[k]) for k in (
            "deployments", "distinct", "versions", "suites",
            "configurations", "fronts")] for p in c["by_product"]])


def write_method(report):
    data = report.m["data"]
    report.section("How it is measured")
    report.say(
        f"""**Groups.** A deployment is never on both sides of a split, nor are
        two that look the same after normalisation, whatever they greet with:
        {data["deployments"]}
        deployments make {data["groups"]} groups. Within a group and a plan, alike
        transcripts count together as one; accuracy with deployments equal
        (micro) is their mean, with products equal (macro) the mean of the
        products' recalls. {data["classes"]} of {data["products"]} products have
        the deployments to be a class; the others are only examples of "none of
        these".""",
        """**Folds.** Groups are dealt to folds; for each fold a model is learned
        from the other folds exactly as `mxprint train` does it, its cost,
        calibration and limits of novelty by inner folds of those. Nothing about
        the fold is seen before it is judged. A deployment captured under a large
        plan is also judged as a smaller plan would have seen it.""",
        """**Greetings.** As it is: what the server said, often hidden, neutral or
        forged by its configuration. Masked: without any feature of the greeting,
        in training and test; only the words of one that refuses us (4xx, 5xx)
        stay, as those of any other refusal. Forged: with another product's greeting
        in place of its own, one that claims what the host is not; answered by the
        model that sees greetings, and has learned from such lies, too.""",
        """**Told.** Accuracy asks for the best answer. A survey names a product
        only where both views of the model are sure of it (0.9), the host does not
        look novel, and it answered more than a greeting; else it says "unknown".
        Told is that, without the help of rules, which name most hosts with an
        honest greeting besides.""",
        """**Intervals** are 95 % bootstraps over groups, seeded; those of unknown
        products draw products. Where all or none are right, which every draw
        repeats, the open end of a share of groups (micro) is the exact bound
        (Clopper-Pearson) for so many; a mean over products (macro) is then a
        point. They tell what other deployments of the same kinds would change;
        they do not tell how unlike a laboratory the Internet is.""")


def write_limits(report):
    report.section("What these figures do not say")
    report.say(
        """They are of laboratory servers on loopback: no network in between,
        Debian's and npm's packages, configurations drawn from options that
        operators change, not from a census of what they set. Products that cannot
        be installed freely (hosted services, appliances) are not measured at all.
        A figure over deployments weighs products as the laboratory drew them, not
        as the Internet runs them. What the Internet shows has to be measured on a
        random, hand-labelled sample of a survey.""")


SECTIONS = [write_top, write_data, write_method, write_ladder, write_plans,
            write_baselines, write_calibration, write_products,
            write_versions, write_configurations, write_open_set,
            write_identifiability, write_leak, write_curve, write_weakest, write_before,
            write_limits]


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "--headline":
        json.dump(headline(read(arguments[1])), sys.stdout, indent=1)
        print()
        return
    if len(arguments) != 3:
        sys.exit(__doc__.split("\n\n")[1])
    report = Report(read(arguments[0]), read(arguments[1]), arguments[2])
    os.makedirs(report.pictures, exist_ok=True)
    for write in SECTIONS:
        write(report)
    text = "\n".join(report.lines).rstrip("\n") + "\n"
    path = os.path.join(arguments[2], "evaluation.md")
    with open(path + ".part", "w", encoding="utf-8") as f:
        f.write(text)
    os.rename(path + ".part", path)


if __name__ == "__main__":
    main()