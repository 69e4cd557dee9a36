//! What is verified: the period, the share of the chains, the share of the log files.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use logproof_estate::config::parse_instant;
use logproof_integrity::{Checkpoint, Sampling, Shard, Window};

use super::{args::VerifyTrailArgs, error::TrailError};
use crate::run::share;

/// What is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) window: Window,
    pub(super) now: Timestamp,
    pub(super) shard: Shard,
    pub(super) sampling: Sampling,
}

impl Plan {
    /// What the arguments and an interrupted run ask for.
    pub(super) fn of(
        args: &VerifyTrailArgs,
        shard: Shard,
        checkpoint: &Checkpoint,
        now: Timestamp,
        default_hours: u32,
    ) -> Result<Self, TrailError> {
        let sampling = match &args.sample {
            Some(text) => sampling(text, args.sample_seed)?,
            None => Sampling::All,
        };
        Ok(Self { window: window(args, checkpoint, now, default_hours)?, now, shard, sampling })
    }
}

/// The share of the chains that the arguments or the environment ask for.
pub(super) fn shard(args: &VerifyTrailArgs) -> Result<Shard, TrailError> {
    match &args.shard {
        Some(text) => text.parse().map_err(TrailError::Shard),
        None => Ok(share::of_engine(share::environment)?.map_or(Shard::WHOLE, |(index, count)| Shard { index, count })),
    }
}

/// The checkpoint of a shard: shards that share a folder must not share the file.
pub(super) fn checkpoint(path: &Path, shard: Shard) -> PathBuf {
    if shard.count == 1 {
        return path.to_owned();
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{name}-{}-of-{}", shard.index, shard.count))
}

fn window(
    args: &VerifyTrailArgs,
    checkpoint: &Checkpoint,
    now: Timestamp,
    default_hours: u32,
) -> Result<Window, TrailError> {
    if let (None, None, Some(window)) = (&args.from, &args.to, checkpoint.interrupted()) {
        return Ok(window);
    }
    let instant =
        |option: &'static str, text: &str| parse_instant(text).map_err(|source| TrailError::Instant { option, source });
    let to = args.to.as_deref().map_or(Ok(now), |text| instant("--to", text))?;
    let from = match &args.from {
        Some(text) => instant("--from", text)?,
        None => {
            let period = SignedDuration::from_hours(i64::from(default_hours));
            to.checked_sub(period).map_err(TrailError::TooEarly)?
        }
    };
    if from >= to {
        return Err(TrailError::EmptyPeriod { from, to });
    }
    if from >= now {
        return Err(TrailError::Future { from, now });
    }
    Ok(Window { from, to })
}

/// `5%`, or `0.5%`: a share that is a whole number of thousandths.
fn sampling(text: &str, seed: u64) -> Result<Sampling, TrailError> {
    let refuse = || TrailError::Sample { text: text.to_owned() };
    let number = text.strip_suffix('%').unwrap_or(text);
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(tenths) || tenths.len() > 1 {
        return Err(refuse());
    }
    let (whole, tenths): (u16, u16) = (whole.parse().map_err(|_| refuse())?, tenths.parse().map_err(|_| refuse())?);
    match whole.checked_mul(10).and_then(|share| share.checked_add(tenths)) {
        Some(1000) => Ok(Sampling::All),
        Some(share @ 0..1000) => Ok(Sampling::PerMille { share, seed }),
        _ => Err(refuse()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shard_has_a_checkpoint_of_its_own() {
        let of = |index, count| checkpoint(Path::new("/evidence/mark"), Shard { index, count });
        assert_eq!(of(0, 1), Path::new("/evidence/mark"));
        assert_eq!(of(3, 16), Path::new("/evidence/mark-3-of-16"));
    }

    #[test]
    fn shares_of_log_files() {
        let share = |text| sampling(text, 7).map_err(|error| error.to_string());
        assert_eq!(share("100%"), Ok(Sampling::All));
        assert_eq!(share("5%"), Ok(Sampling::PerMille { share: 50, seed: 7 }));
        assert_eq!(share("0.5"), Ok(Sampling::PerMille { share: 5, seed: 7 }));
        assert_eq!(share("0%"), Ok(Sampling::PerMille { share: 0, seed: 7 }));
        for text in ["", "%", "-1%", "101%", "100.1%", "0.05%", "half", "5%%", "99999%"] {
            assert!(share(text).unwrap_err().contains("hint:"), "{text}");
        }
    }
}
