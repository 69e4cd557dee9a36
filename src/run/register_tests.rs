//! Finding and reading the register.

use std::fs;

use super::*;

const ATTESTATION: &str = r#"
[[attestation]]
control = "LS-6.8"
statement = "the residual risk is accepted"
evidence = "evidence/acceptance.md"
evidence_sha256 = "SHA"
by = "ciso@example.org"
on = "2026-01-01"
valid_until = "2026-12-31"
"#;

fn config() -> Config {
    let value = MockZone::sample().unwrap().config().clone();
    serde_json::from_value(value).unwrap()
}

fn said(result: Result<Loaded, LoadError>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn a_folder_beside_the_configuration_is_the_register() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("logproof.toml");
    assert_eq!(*Loaded::beside(&config(), &file).unwrap().register, Register::default());
    fs::create_dir_all(home.path().join("register/evidence")).unwrap();
    fs::write(home.path().join("register/README.md"), "not an entry").unwrap();
    fs::write(home.path().join("register/attestations.toml"), ATTESTATION.replace("SHA", &"ab".repeat(32))).unwrap();
    let missing = Loaded::beside(&config(), &file).unwrap();
    assert_eq!((missing.register.attestations.len(), missing.register.evidence.len()), (1, 0));
    fs::write(home.path().join("register/evidence/acceptance.md"), "accepted").unwrap();
    let there = Loaded::beside(&config(), &file).unwrap();
    assert_eq!(there.register.evidence["evidence/acceptance.md"], sha256_hex(b"accepted"));
    assert!(!there.same_as(&missing));

    for (path, bytes) in there.files() {
        let copy = home.path().join("run").join(REGISTER).join(path);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(copy, bytes).unwrap();
    }
    assert!(Loaded::of_bundle(&home.path().join("run")).unwrap().same_as(&there));
}

#[test]
fn what_is_wrong_names_file_line_and_key() {
    let home = tempfile::tempdir().unwrap();
    let named = Config { register: Some("records".to_owned()), ..config() };
    let file = home.path().join("logproof.toml");
    assert!(said(Loaded::beside(&named, &file)).contains("records"), "a folder that is named must be there");
    let folder = home.path().join("records");
    fs::create_dir(&folder).unwrap();
    for (name, text, expected) in [
        ("waiver.toml", "", "`waiver.toml` is no file of the register"),
        ("readers.toml", "[[reader]]\nprincipal = 1\n", "readers.toml: line 2, column 13"),
        ("attestations.toml", &ATTESTATION.replace("evidence/acc", "../acc"), "not below the folder"),
    ] {
        fs::write(folder.join(name), text).unwrap();
        let error = said(Loaded::beside(&named, &file));
        assert!(error.contains(expected) && error.contains("hint: "), "{error}");
        fs::remove_file(folder.join(name)).unwrap();
    }
    fs::write(folder.join("streams.toml"), b"\xff").unwrap();
    assert!(said(Loaded::beside(&named, &file)).contains("not UTF-8"));
}

#[test]
fn waivers_speak_of_controls_that_exist() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("attestations.toml"), ATTESTATION.replace("SHA", &"ab".repeat(32))).unwrap();
    let loaded = Loaded::of_folder(home.path()).unwrap();
    assert!(loaded.speaks_of(&["LS-6.8".to_owned()]).is_ok());
    let error = loaded.speaks_of(&["LS-6.7".to_owned()]).unwrap_err().to_string();
    assert!(error.contains("attestations.toml: attestation of LS-6.8: `control` is `LS-6.8`"), "{error}");
}
