//! `--set TYPE NAME FIELD=VALUE`: simple settings.

use logproof_estate::{
    AccountId, BucketRef, Region,
    facts::{
        BucketEncryption, ConfigRecorder, DefaultRetention, KeyRotation, LoggingTarget, Ownership, PublicAccessBlock,
        Trail, Versioning,
    },
};
use logproof_plan::{
    Change, Planned,
    edit::{BucketChange, ConfigChange, KeyChange, TrailChange},
};

use super::{Given, PlanError, form};

const SETTINGS: &str = "TYPE NAME FIELD=VALUE with a known field";

/// What can be set, for a hint.
const KNOWN: &str = "bucket: versioning=Enabled|Suspended, object-lock=MODE:DAYS|none, encryption=AES256|aws:kms|aws:kms:KEY-ARN, \
    public-access-block=on|off, ownership=SETTING, logging=BUCKET[/PREFIX]|off, replication=off; key: state=Enabled|Disabled|PendingDeletion, \
    rotation=on|off|DAYS; trail: logging=on|off, validation=on|off, multi-region=on|off, organization=on|off; \
    recorder: recording=on|off";

impl Given<'_> {
    pub(super) async fn set(&mut self, kind: &str, name: &str, setting: &str) -> Result<(), PlanError> {
        let given = format!("{kind} {name} {setting}");
        let refuse = || form(&given, SETTINGS, KNOWN);
        let (field, value) = setting.split_once('=').ok_or_else(refuse)?;
        let argument = format!("--set {kind}");
        match kind {
            "bucket" => {
                let mut change = bucket(field, value).ok_or_else(refuse)?;
                if let BucketChange::Encryption(Planned::Known(Some(encryption))) = &mut change {
                    encryption.blocked = self.blocked(name).await?;
                }
                self.of_bucket(&argument, name, field, change)
            }
            "key" => {
                let change = key(field, value).ok_or_else(refuse)?;
                self.of_key(format!("{argument} {name}"), name, field, change).await
            }
            "trail" => self.trail(name, field, value, refuse).await,
            "recorder" => self.recorder(name, (field, value), refuse).await,
            _ => Err(refuse()),
        }
    }

    /// The kinds of encryption that a bucket blocks stay as they are.
    async fn blocked(&self, name: &str) -> Result<Vec<String>, PlanError> {
        let (name, owner, region) = self.bucket(name)?;
        let bucket = BucketRef { name: name.to_owned(), owner, region };
        let found = self.base.estate.bucket_encryption(&bucket).await?;
        Ok(found.as_ref().map(|encryption| encryption.blocked.clone()).unwrap_or_default())
    }

    async fn trail(
        &mut self,
        name: &str,
        field: &str,
        value: &str,
        refuse: impl Fn() -> PlanError,
    ) -> Result<(), PlanError> {
        let (account, region) = (self.context.management_account.clone(), self.home());
        let trails = self.base.estate.trails(&account, &region).await?;
        let Some(found) = trails.iter().find(|trail| trail.name == name || trail.arn == name) else {
            let hint = "name a trail of the management account in the home Region, by its name or ARN".to_owned();
            let name = name.to_owned();
            return Err(PlanError::Unknown { what: "the trail", name, problem: "does not exist", hint });
        };
        let on = switch(value).ok_or_else(&refuse)?;
        let arn = found.arn.clone();
        let set = |trail: Trail| TrailChange::Set(Planned::Known(trail));
        let change = match field {
            "logging" => TrailChange::Logging(Planned::Known(on)),
            "validation" => set(Trail { log_file_validation: on, ..found.clone() }),
            "multi-region" => set(Trail { is_multi_region: on, ..found.clone() }),
            "organization" => set(Trail { is_organization_trail: on, ..found.clone() }),
            _ => return Err(refuse()),
        };
        self.add(format!("--set trail {name}"), field, (&account, &region), Change::Trail { arn, change });
        Ok(())
    }

    async fn recorder(
        &mut self,
        place: &str,
        (field, value): (&str, &str),
        refuse: impl Fn() -> PlanError,
    ) -> Result<(), PlanError> {
        let (account, region) = place.split_once('/').ok_or_else(&refuse)?;
        let account: AccountId = account.parse().map_err(|_| refuse())?;
        let region: Region = region.parse().map_err(|_| refuse())?;
        let on = switch(value).filter(|_| field == "recording").ok_or_else(&refuse)?;
        let recorders = self.base.estate.config_recorders(&account, &region).await?;
        if recorders.is_empty() {
            let hint = "name an account and Region with a configuration recorder".to_owned();
            let name = place.to_owned();
            return Err(PlanError::Unknown { what: "a recorder in", name, problem: "does not exist", hint });
        }
        for ConfigRecorder { name, .. } in recorders.iter() {
            let change = ConfigChange::Recording { name: name.clone(), on: Planned::Known(on) };
            self.add(format!("--set recorder {place}"), field, (&account, &region), Change::Config(change));
        }
        Ok(())
    }
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "on" | "true" => Some(true),
        "off" | "false" => Some(false),
        _ => None,
    }
}

fn bucket(field: &str, value: &str) -> Option<BucketChange> {
    Some(match field {
        "versioning" if ["Enabled", "Suspended"].contains(&value) => {
            BucketChange::Versioning(Planned::Known(Versioning { status: Some(value.to_owned()), mfa_delete: None }))
        }
        "object-lock" => BucketChange::ObjectLock(Planned::Known(retention(value)?)),
        "encryption" => BucketChange::Encryption(Planned::Known(Some(encryption(value)?))),
        "public-access-block" => {
            let on = switch(value)?;
            BucketChange::PublicAccessBlock(Planned::Known(Some(PublicAccessBlock {
                block_public_acls: on,
                ignore_public_acls: on,
                block_public_policy: on,
                restrict_public_buckets: on,
            })))
        }
        "ownership" if ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"].contains(&value) => {
            BucketChange::Ownership(Planned::Known(Some(Ownership { object_ownership: value.to_owned() })))
        }
        "logging" => BucketChange::Logging(Planned::Known((value != "off").then(|| {
            let (bucket, prefix) = value.split_once('/').unwrap_or((value, ""));
            LoggingTarget { bucket: bucket.to_owned(), prefix: prefix.to_owned() }
        }))),
        "replication" if value == "off" => BucketChange::Replication(Planned::Known(None)),
        _ => return None,
    })
}

fn retention(value: &str) -> Option<Option<DefaultRetention>> {
    if value == "none" {
        return Some(None);
    }
    let (mode, days) = value.split_once(':')?;
    let days = days.parse().ok().filter(|days| *days > 0)?;
    ["COMPLIANCE", "GOVERNANCE"].contains(&mode).then(|| Some(DefaultRetention { mode: mode.to_owned(), days }))
}

fn encryption(value: &str) -> Option<BucketEncryption> {
    let (algorithm, key) = match value {
        "AES256" | "aws:kms" | "aws:kms:dsse" => (value, None),
        _ => ("aws:kms", Some(value.strip_prefix("aws:kms:")?.to_owned())),
    };
    Some(BucketEncryption {
        algorithm: algorithm.to_owned(),
        kms_key: key,
        bucket_key_enabled: true,
        blocked: Vec::new(),
    })
}

fn key(field: &str, value: &str) -> Option<KeyChange> {
    Some(match (field, value) {
        ("state", "Enabled") => KeyChange::Enabled(Planned::Known(true)),
        ("state", "Disabled") => KeyChange::Enabled(Planned::Known(false)),
        ("state", "PendingDeletion") => KeyChange::Deleted { days: None },
        ("rotation", "off") => KeyChange::Rotation(Planned::Known(KeyRotation { enabled: false, period_days: None })),
        ("rotation", "on") => {
            KeyChange::Rotation(Planned::Known(KeyRotation { enabled: true, period_days: Some(365) }))
        }
        ("rotation", days) => {
            let period_days = Some(days.parse().ok().filter(|days| (90..=2560).contains(days))?);
            KeyChange::Rotation(Planned::Known(KeyRotation { enabled: true, period_days }))
        }
        _ => return None,
    })
}
