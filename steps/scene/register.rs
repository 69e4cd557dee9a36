//! The register as a subject, and the log streams in it.

use logproof_estate::{
    record::{Observation, Subject},
    register::Stream,
    world::{LogproofWorld, Stop},
};

/// The file a finding about the register itself stands in.
pub(crate) fn in_register(w: &LogproofWorld, file: &str) -> Result<Subject, Stop> {
    let archive = w.config()?.organization.log_archive_account.clone();
    Ok(Subject::arn(format!("register/{file}")).at(&archive, None))
}

/// The registered streams; that there are none is a finding.
pub(crate) fn streams(w: &mut LogproofWorld) -> Result<Vec<Stream>, Stop> {
    let streams = w.register()?.streams.clone();
    if streams.is_empty() {
        let subject = in_register(w, "streams.toml")?;
        w.observe(
            Observation::new(subject, "every log stream of the store is registered", "no log stream", false)
                .hint("register each stream: `logproof register new stream`"),
        );
        w.settle()?;
    }
    Ok(streams)
}
