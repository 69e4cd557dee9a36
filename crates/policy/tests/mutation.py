#!/usr/bin/env python3
"""Takes rules out of the sources one at a time and sees whether a test fails.

Run from the repository's root: crates/policy/tests/mutation.py [NUMBER ...]
Works on a copy, so the sources stay as they are. Prints one line per mutant; a survivor is a rule
that no test holds.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

# (trap, file, what stands there, what replaces it)
MUTANTS = [
    (1, "evaluate.rs", "truth = truth.and(condition.holds(subject.view));", "truth = condition.holds(subject.view);"),
    (1, "condition.rs", "if negated { hit.not() } else { hit }", "if negated { Tri::Yes } else { hit }"),
    (2, "condition.rs", "SetOperator::Plain => negated,", "SetOperator::Plain => false,"),
    (2, "condition.rs", "SetOperator::Plain => negated,", "SetOperator::Plain => !negated,"),
    (3, "condition.rs", "(self.if_exists || absent(set, negated)).into()", "absent(set, negated).into()"),
    (4, "condition.rs", "(*wanted == absent).into()", "(*wanted != absent).into()"),
    (4, "parse/condition.rs", "Value::Bool(value) => Ok(value.to_string()),", "Value::Bool(_) => Err(String::new()),"),
    (5, "condition.rs", "SetOperator::All => true,", "SetOperator::All => false,"),
    (5, "condition.rs", "SetOperator::Any => false,", "SetOperator::Any => true,"),
    (6, "condition.rs", "(Lookup::Many(_), SetOperator::Plain) => Tri::No,", "(Lookup::Many(m), SetOperator::Plain) => m.first().map_or(Tri::No, |v| one(v)),"),
    (7, "glob.rs", "let mut found = text.splitn(6, ':');", "let mut found = text.split(':');"),
    (7, "parse/condition.rs", "reading(true, true)", "reading(true, false)"),
    (8, "principal.rs", "Self::Role { role_arn, .. } => Some(role_arn),", "Self::Role { session_arn, .. } => Some(session_arn),"),
    (9, "context.rs", "let lower = key.to_ascii_lowercase();", "let lower = key.to_owned();"),
    (9, "decide/request.rs", "action_lower: action.to_ascii_lowercase(),", "action_lower: action.to_owned(),"),
    (9, "condition.rs", 'text.eq_ignore_ascii_case("false")', 'text == "false"'),
    (10, "condition.rs", "Self::Less => found < wanted,", "Self::Less => found <= wanted,"),
    (10, "scalar.rs", "10i128.checked_pow(shift)?", "10i128.checked_pow(3)?"),
    (11, "scalar.rs", "minute - offset) * 60", "minute + offset) * 60"),
    (11, "scalar.rs", "let leap = year % 4 == 0", "let leap = year % 5 == 0"),
    (12, "scalar.rs", "self.v6 == v6 && ", ""),
    (13, "parse.rs", "else {\n        return Version::V2008;", "else {\n        return Version::V2012;"),
    (13, "parse/statement.rs", "variables && !early", "variables"),
    (14, "template.rs", "(Lookup::Absent | Lookup::Many(_), None) => return Resolved::Unresolved,", "(Lookup::Absent | Lookup::Many(_), None) => {}"),
    (14, "template.rs", "part.extend(value.chars().map(Token::Char))", "part.extend(value.chars().map(wildcard))"),
    (15, "parse/principal.rs", "return Entry::Nobody(text.to_owned());\n        }\n        let Some(partition)", "return Entry::Everyone;\n        }\n        let Some(partition)"),
    (15, "principal.rs", "(Self::Service(named), Principal::Service { name }) if named == name", "(Self::Service(named), Principal::Service { name }) if named.starts_with(name)"),
    (16, "principal.rs", "Principal::Root { .. }) { Grant::Direct } else { Grant::Account }", "Principal::Root { .. }) { Grant::Direct } else { Grant::Direct }"),
    (0, "principal.rs", "if same { hit(grant) } else { None }", "hit(grant)"),
    (0, "prove/population.rs", "principal.partition().is_some_and(|partition| partition != scene.organization.partition)", "false"),
    (0, "prove/source.rs", '["arn", partition.as_str(), service,', '["arn", "aws", service,'),
    (0, "prove/dimensions.rs", "matches!(class.accepts.as_slice(), [true, false, ..])", "class.accepts.is_empty()"),
    (16, "principal.rs", "self.direct.or(self.role).or(self.account)", "self.direct.or(self.role)"),
    (17, "decide.rs", "if asked.resource_account.is_some_and(|owner| owner != account)", "if false && asked.resource_account.is_some_and(|owner| owner != account)"),
    (17, "decide.rs", "self.limits.cut(side.and(self.limits.identity))", "self.limits.cut(side)"),
    (18, "decide.rs", "self.resource.direct.or(limits.cut(self.resource.role))", "self.resource.direct.or(self.resource.role)"),
    (18, "decide.rs", "self.resource.direct.or(limits.cut(self.resource.role))", "limits.cut(self.resource.direct.or(self.resource.role))"),
    (18, "decide.rs", "self.limits.cut(side.and(self.limits.identity))", "side.and(self.limits.identity)"),
    (19, "decide.rs", 'component(2) == "kms" && tail().starts_with("key/")', "false"),
    (19, "decide.rs", 'component(2) == "iam" && tail().starts_with("role/")', "false"),
    (20, "principal.rs", "        if bounded {\n", "        if false && bounded {\n"),
    (20, "principal.rs", "named.direct.and(named.role).and(named.account)", "named.any()"),
    (20, "principal.rs", "Principal::User { .. } => named.direct.and(named.account),", "Principal::User { .. } => named.any(),"),
    (21, "decide/organization.rs", "scps.truth = scps.truth.and(found.allow.truth);", "scps.truth = scps.truth.or(found.allow.truth);"),
    (21, "decide/organization.rs", "denies.add(found.deny, Layer::Scp { level });", ""),
    (22, "decide/organization.rs", "&& !policies.principal_in_management_account;", ";"),
    (22, "decide/organization.rs", "let bound = subject.principal.account().is_some()\n        && !subject.principal.is_service_linked_role()", "let bound = subject.principal.account().is_some()"),
    (23, "decide/organization.rs", "        && !subject.principal.is_service_linked_role()\n        && !policies.resource_in", "        && !policies.resource_in"),
    (23, "decide/organization.rs", "        && !policies.resource_in_management_account\n", ""),
    (23, "decide/organization.rs", "        && !policies.resource_is_aws_managed_key", ""),
    (23, "decide/organization.rs", '        && subject.action != "kms:retiregrant"\n', ""),
    (23, "decide/organization.rs", "RCP_SERVICES.contains(&service)", "RCP_SERVICES.len() > 1"),
    (24, "prove/partial.rs", "catalog::is_source(key) && !self.service_call ||", ""),
    (24, "prove/partial.rs", 'if key == TLS_VERSION && self.chosen_text(TLS) == Some("false")', 'if key == TLS_VERSION && self.chosen_text(TLS) == Some("none")'),
    (24, "prove/search.rs", 'if key == "aws:principalorgid"', 'if key == "none"'),
    (24, "prove/partial.rs", "catalog::excludes(key)", 'catalog::excludes("none")'),
    (25, "decide.rs", "identity = Said::GIVEN;", "identity = Said::NOTHING;"),
    (25, "decide.rs", "if !keeps_its_bucket_policy(asked) {", "if true {"),
    (25, "decide.rs", "own && matches!(", "matches!("),
    (0, "condition.rs", "Test::Unknown(problem) => return Tri::Maybe(Doubt::Problem(problem)),", "Test::Unknown(_) => return Tri::No,"),
    (0, "evaluate.rs", "Some(problem) => truth.and(Tri::Maybe(Doubt::Problem(problem))),", "Some(_) => truth,"),
    (0, "prove/cells.rs", "        cells.push(None);\n", ""),
    (0, "prove/cells.rs", "Some(previous) => out.extend(between(previous, *cut)),", "Some(_) => {}"),
    (0, "prove/cells.rs", "out.extend(last.map(|cut| cut + ONE));", ""),
    (0, "prove/automaton.rs", "Step::Many => true,", "Step::Many => false,"),
    (0, "prove/population.rs", 'for kind in ["role", "user"] {', 'for kind in ["role"] {'),
    (0, "prove/population.rs", "accounts.push(Account::outside(id));\n        }\n        accounts\n", "}\n        accounts\n"),
    (0, "prove/search.rs", "if self.budget == 0 {", "if false {"),
]


def main():
    wanted = [int(n) for n in sys.argv[1:]]
    root = os.path.join(tempfile.gettempdir(), "logproof-mutants")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, "crates"))
    # Fresh modification times, or cargo takes the previous run for up to date.
    shutil.copytree("crates/policy", os.path.join(root, "crates/policy"), copy_function=shutil.copy)
    manifest = open("Cargo.toml").read()
    head = '[workspace]\nmembers = ["crates/policy"]\nresolver = "3"\n'
    tables = manifest[manifest.index("[workspace.package]"):manifest.index("\n[package]\n")]
    tables = "\n".join(l for l in tables.splitlines() if not l.startswith("logproof-"))
    open(os.path.join(root, "Cargo.toml"), "w").write(head + tables + "\n")
    shutil.copy("Cargo.lock", root)
    environment = dict(os.environ, LOGPROOF_ROUNDS="150", RUSTFLAGS="-Awarnings")
    base = ["cargo", "test", "-q", "--offline", "-p", "logproof-policy"]
    stages = [["--test", "traps"],
              ["--lib", "--test", "cells", "--test", "hostile", "--test", "cases", "--test", "near_misses", "--test", "real_policies", "--test", "random"]]

    def judge():
        """Names of failed tests, or what else happened; empty if all pass."""
        for stage in stages:
            try:
                run = subprocess.run(base + stage, cwd=root, env=environment, capture_output=True, text=True, timeout=240)
            except subprocess.TimeoutExpired:
                return "the clock"
            output = run.stdout + run.stderr
            if "could not compile" in output:
                return "COMPILER"
            if run.returncode:
                return ", ".join(sorted(set(re.findall(r"^    ([a-z_0-9:]+)$", output, re.M)))[:2]) or "a crash"
        return ""

    if not wanted and judge():
        print("the tests fail without a mutant")
        return 2
    survivors = 0
    for number, (trap, name, old, new) in enumerate(MUTANTS):
        if wanted and number not in wanted:
            continue
        path = os.path.join(root, "crates/policy/src", name)
        source = open(path).read()
        if old not in source:
            verdict = f"NOT FOUND: {old!r}"
        else:
            open(path, "w").write(source.replace(old, new, 1))
            by = judge()
            verdict = "SURVIVED" if not by else "does not compile" if by == "COMPILER" else f"killed by {by}"
            open(path, "w").write(source)
        survivors += not verdict.startswith("killed")
        print(f"{number:3} trap {trap:2} {name}: {verdict}", flush=True)
    print(f"{survivors} of {len(wanted) or len(MUTANTS)} not killed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
