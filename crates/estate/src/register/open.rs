//! Entries that nobody has signed: `?` is no approval, so what it stands in has no effect.

use super::model::{OpenEntry, Register};

/// What stands where somebody must sign and nobody has.
pub const UNSIGNED: &str = "?";

/// The first of these keys whose value is [`UNSIGNED`].
fn unsigned(keys: &[(&str, &str)]) -> Option<String> {
    keys.iter().find(|(_, value)| value.trim() == UNSIGNED).map(|(key, _)| (*key).to_owned())
}

/// Takes out of a list what is not signed.
fn take<T>(
    entries: &mut Vec<T>,
    open: &mut Vec<OpenEntry>,
    entry: &str,
    describe: impl Fn(&T) -> (String, String, Option<String>),
) {
    entries.retain(|one| {
        let (name, control, unsigned) = describe(one);
        let Some(key) = unsigned else { return true };
        open.push(OpenEntry { entry: entry.to_owned(), name, key, control });
        false
    });
}

/// Sets the entries aside that nobody has signed.
pub(super) fn set_aside(register: &mut Register) {
    let open = &mut register.open;
    take(&mut register.retention, open, "retention class", |class| {
        let keys = [("approved_by", &class.approved_by), ("owner", &class.owner), ("legal_basis", &class.legal_basis)];
        (class.class.clone(), "LS-9.1".to_owned(), unsigned(&keys.map(|(key, value)| (key, value.as_str()))))
    });
    take(&mut register.streams, open, "stream", |stream| {
        let keys =
            [("owner", stream.owner.as_str()), ("request", stream.request.as_str()), ("kind", stream.kind.as_str())];
        (stream.name.clone(), "LS-10.1".to_owned(), unsigned(&keys))
    });
    take(&mut register.readers, open, "reader", |reader| {
        let keys = [("approved_by", reader.approved_by.as_str()), ("purpose", reader.purpose.as_str())];
        (reader.principal.clone(), "LS-8.8".to_owned(), unsigned(&keys))
    });
    take(&mut register.exceptions, open, "exception", |exception| {
        let keys = [("approved_by", exception.approved_by.as_str()), ("owner", exception.owner.as_str())];
        (exception.id.clone(), "LS-9.4".to_owned(), unsigned(&keys))
    });
    take(&mut register.break_glass, open, "use of the break-glass role", |used| {
        let keys = [("approved_by", used.approved_by.as_str()), ("used_by", used.used_by.as_str())];
        (used.session.clone(), "LS-8.1".to_owned(), unsigned(&keys))
    });
    take(&mut register.waivers, open, "waiver", |waiver| {
        let keys = [("approved_by", waiver.approved_by.as_str()), ("owner", waiver.owner.as_str())];
        (waiver.ticket.clone(), waiver.control.clone(), unsigned(&keys))
    });
    take(&mut register.attestations, open, "attestation", |attestation| {
        (attestation.evidence.clone(), attestation.control.clone(), unsigned(&[("by", attestation.by.as_str())]))
    });
}

#[cfg(test)]
mod tests {
    use crate::register::Register;

    const READER: &str = r#"
[[reader]]
principal = "arn:aws:iam::333333333333:role/LogReader"
path = "AWSLogs/"
purpose = "reports"
from = "2026-01-01"
approved_by = "grace@example.org"
last_reviewed = "2026-01-01"
"#;

    #[test]
    fn a_question_mark_is_no_approval() {
        let register = |text: &str| Register::parse([("readers.toml", text)]).unwrap();
        let signed = register(READER);
        assert_eq!((signed.readers.len(), signed.open.len()), (1, 0));
        for (from, key) in [("grace@example.org", "approved_by"), ("reports", "purpose")] {
            let open = register(&READER.replace(from, "?"));
            assert_eq!((open.readers.len(), open.open.len()), (0, 1));
            assert_eq!((open.open[0].entry.as_str(), open.open[0].key.as_str()), ("reader", key));
            assert_eq!(open.open[0].name, "arn:aws:iam::333333333333:role/LogReader");
        }
    }

    #[test]
    fn an_entry_that_nobody_signed_must_hold_together_all_the_same() {
        let error =
            Register::parse([("readers.toml", READER.replace("arn:aws:iam", "LogReader").as_str())]).unwrap_err();
        assert!(error.to_string().contains("not an ARN"), "{error}");
        // Two that are not signed are not one person.
        let waiver = "[[waiver]]\ncontrol = \"LS-6.7\"\nsubjects = [\"arn:aws:s3:::acme-logs\"]\nreason = \"r\"\n\
            ticket = \"T-1\"\nowner = \"?\"\napproved_by = \"?\"\nfrom = \"2026-01-01\"\nuntil = \"2026-02-01\"\n";
        let register = Register::parse([("waivers.toml", waiver)]).unwrap();
        assert_eq!((register.waivers.len(), register.open.len()), (0, 1));
        assert_eq!(register.open[0].control, "LS-6.7");
    }
}
