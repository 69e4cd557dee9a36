//! Time stamps of an authority made with `openssl ts`, and of authorities that are not there or say something else.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{
    http::{Reply, Request, serve},
    logproof, text,
};

const CONFIG: &str = "[req]\ndistinguished_name = dn\n[dn]\n[tsa]\ndefault_tsa = this\n[this]\nserial = serial\ncrypto_device = builtin\n\
    signer_digest = sha512\ndefault_policy = 1.2.3.4.1\ndigests = sha256\naccuracy = millisecs:20\nclock_precision_digits = 3\n\
    ess_cert_id_alg = sha256\nordering = no\ntsa_name = yes\n[ca]\nbasicConstraints = critical, CA:true\n\
    keyUsage = critical, keyCertSign\n[stamps]\nextendedKeyUsage = critical, timeStamping\n[serves]\nextendedKeyUsage = serverAuth\n";

fn openssl(folder: &Path, arguments: &str) -> bool {
    let run = Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output().unwrap();
    run.status.success()
}

/// An authority with a root and an intermediate certificate; `None`, said aloud, where there is no openssl.
fn authority(folder: &Path) -> Option<PathBuf> {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED: time stamps are not tested against another implementation, `openssl` is not installed");
        return None;
    }
    let place = folder.join("tsa");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("tsa.cnf"), CONFIG).unwrap();
    fs::write(place.join("serial"), "01\n").unwrap();
    let new = "-config tsa.cnf -newkey rsa:2048 -nodes";
    let sign = "x509 -req -CAcreateserial -days 3 -extfile tsa.cnf";
    for arguments in [
        format!("req -x509 {new} -keyout root.key -out root.crt -days 3 -subj /CN=Root -extensions ca"),
        format!("req {new} -keyout between.key -out between.csr -subj /CN=Between"),
        format!("{sign} -in between.csr -CA root.crt -CAkey root.key -extensions ca -out between.crt"),
        format!("req {new} -keyout tsa.key -out tsa.csr -subj /O=Test/CN=Stamps"),
        format!("{sign} -in tsa.csr -CA between.crt -CAkey between.key -extensions stamps -out tsa.crt"),
        format!("req -x509 {new} -keyout other.key -out other.crt -days 3 -subj /CN=Other -extensions ca"),
    ] {
        assert!(openssl(&place, &arguments), "openssl {arguments}");
    }
    Some(place)
}

fn stamps(place: PathBuf) -> impl Fn(&Request) -> Reply + Send + Sync {
    let number = AtomicUsize::new(0);
    move |request| {
        assert_eq!(request.header("content-type"), "application/timestamp-query");
        let (query, reply) = {
            let number = number.fetch_add(1, Ordering::Relaxed);
            (format!("q{number}.tsq"), format!("r{number}.tsr"))
        };
        fs::write(place.join(&query), &request.body).unwrap();
        let arguments = format!(
            "ts -reply -config tsa.cnf -queryfile {query} -signer tsa.crt -inkey tsa.key -chain between.crt -out {reply}"
        );
        assert!(openssl(&place, &arguments));
        (200, "application/timestamp-reply", fs::read(place.join(reply)).unwrap())
    }
}

fn check(folder: &Path, url: &str) -> std::process::Output {
    logproof(folder, &["check", "--mock", "--control", "LS-1.1", "--out", "bundle", "-q", "--timestamp", url])
}

#[test]
fn a_bundle_is_stamped_by_an_authority_and_the_stamp_is_verified_offline() {
    let home = tempfile::tempdir().unwrap();
    let Some(tsa) = authority(home.path()) else { return };
    let run = check(home.path(), &serve(stamps(tsa)));
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    assert!(text(&run).contains("time-stamped at 20") && text(&run).contains(" by Stamps"), "{}", text(&run));

    let verify = |more: &[&str]| logproof(home.path(), &[&["verify", "bundle"], more].concat());
    let known = verify(&["--tsa-ca", "tsa/root.crt"]);
    assert_eq!(known.status.code(), Some(0), "{}", text(&known));
    assert!(text(&known).contains("by Stamps, certified by a given certificate"), "{}", text(&known));
    let unknown = verify(&[]);
    assert_eq!(unknown.status.code(), Some(0), "{}", text(&unknown));
    assert!(text(&unknown).contains("one that calls itself Stamps; give `--tsa-ca`"), "{}", text(&unknown));
    let other = verify(&["--tsa-ca", "tsa/other.crt"]);
    assert_eq!(other.status.code(), Some(3), "{}", text(&other));
    assert!(text(&other).contains("manifest.tsr: `Stamps` is not certified for time stamps"), "{}", text(&other));
    // The other implementation says the same of it.
    let theirs = "ts -verify -data bundle/manifest.json -in bundle/manifest.tsr -CAfile tsa/root.crt";
    assert!(openssl(home.path(), theirs));

    let token = home.path().join("bundle/manifest.tsr");
    let whole = fs::read(&token).unwrap();
    fs::remove_file(&token).unwrap();
    let missing = verify(&[]);
    assert_eq!(missing.status.code(), Some(3), "{}", text(&missing));
    assert!(text(&missing).contains("manifest.tsr: missing"), "{}", text(&missing));
    fs::write(&token, &whole).unwrap();
    let manifest = home.path().join("bundle/manifest.json");
    let changed = fs::read_to_string(&manifest).unwrap() + "\n";
    fs::write(&manifest, changed).unwrap();
    let stale = verify(&[]);
    assert_eq!(stale.status.code(), Some(3), "{}", text(&stale));
    assert!(text(&stale).contains("manifest.tsr: stamps another digest than the manifest's"), "{}", text(&stale));
}

/// A stamp signed by a server's certificate of the same root: whoever runs a web server there could stamp otherwise.
#[test]
fn a_certificate_for_something_else_does_not_stamp() {
    let home = tempfile::tempdir().unwrap();
    let Some(tsa) = authority(home.path()) else { return };
    let run = check(home.path(), &serve(stamps(tsa.clone())));
    assert_eq!(run.status.code(), Some(0), "{}", text(&run));
    for arguments in [
        "x509 -req -CAcreateserial -days 3 -extfile tsa.cnf -in tsa.csr -CA between.crt -CAkey between.key -extensions serves -out \
         server.crt",
        "ts -reply -config tsa.cnf -in ../bundle/manifest.tsr -token_out -out token.der",
        "cms -verify -noverify -binary -inform DER -in token.der -out info.der",
        "cms -sign -binary -nodetach -cades -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in info.der -signer server.crt \
         -inkey tsa.key -certfile between.crt -outform DER -out ../bundle/manifest.tsr",
    ] {
        assert!(openssl(&tsa, arguments), "openssl {arguments}");
    }
    let anybody = logproof(home.path(), &["verify", "bundle"]);
    assert_eq!(anybody.status.code(), Some(0), "the stamp itself is well made: {}", text(&anybody));
    let refused = logproof(home.path(), &["verify", "bundle", "--tsa-ca", "tsa/root.crt"]);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused));
    assert!(text(&refused).contains("its certificate is not for time stamps alone"), "{}", text(&refused));
}

#[test]
fn an_authority_that_gives_no_stamp_takes_nothing_from_the_bundle() {
    let home = tempfile::tempdir().unwrap();
    let refusing = serve(|_| {
        let body = [&[0x30, 0x0f, 0x30, 0x0d, 0x02, 0x01, 0x02, 0x30, 0x08, 0x0c, 0x06][..], b"closed"].concat();
        (200, "application/timestamp-reply", body)
    });
    let page = serve(|_| (200, "text/html", b"<html>log in</html>".to_vec()));
    let failing = serve(|_| (503, "text/plain", Vec::new()));
    let flooding = serve(|_| (200, "application/timestamp-reply", vec![0x30; 3 << 20]));
    for (url, said) in [
        (refusing.as_str(), "status 2: closed"),
        (&page, "is not a time-stamp response"),
        (&failing, "HTTP 503"),
        (&flooding, "more than 1048576 bytes"),
        ("http://127.0.0.1:1", "refused"),
    ] {
        let run = check(home.path(), url);
        assert_eq!(run.status.code(), Some(3), "{}", text(&run));
        assert!(text(&run).contains(&format!("no time stamp of `{url}`")), "{}", text(&run));
        assert!(text(&run).contains(said) && text(&run).contains("the bundle is whole without"), "{}", text(&run));
        let verified = logproof(home.path(), &["verify", "bundle"]);
        assert!(text(&verified).contains("manifest.tsr: missing"), "{}", text(&verified));
        assert!(!text(&verified).contains("changed"), "{}", text(&verified));
    }
    let usage = check(home.path(), "ftp://x");
    assert_eq!(usage.status.code(), Some(2), "{}", text(&usage));
}
