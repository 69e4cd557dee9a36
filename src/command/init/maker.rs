//! Landing zones whose maker gives everything the same names everywhere: what those are, and what stays the maker's own.
//!
//! Owns the names. Asks nothing: `discover` looks, `render` writes.
// See: https://docs.aws.amazon.com/controltower/latest/userguide/shared-account-resources.html
// See: https://docs.aws.amazon.com/controltower/latest/userguide/config-integration-landing-zone-4.html
// See: https://docs.aws.amazon.com/solutions/latest/landing-zone-accelerator-on-aws/solution-overview.html

use clap::ValueEnum;
use logproof_estate::{AccountId, Region};

/// Who made a landing zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Maker {
    /// AWS Control Tower, landing zone 4.0 or newer: AWS Config has a bucket of its own in the audit account.
    ControlTower,
    /// AWS Control Tower, landing zone 3.x: one bucket for the trail and AWS Config.
    #[value(name = "control-tower-3")]
    ControlTower3,
    /// Landing Zone Accelerator on AWS, without AWS Control Tower.
    Lza,
    /// An organization with names of its own.
    Organizations,
}

const CONTROL_TOWER_TRAIL: &str = "aws-controltower-BaselineCloudTrail";
const CONTROL_TOWER_CONFIG: &str = "aws-controltower-config-logs-";
const LZA: &str = "AWSAccelerator-";

/// What a maker calls something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// By this name.
    Name(String),
    /// By a name of this form, with a word in brackets in place of what is not known: a question.
    Open(String),
}

impl Form {
    /// A name that is known when `known` is, which stands in it.
    fn around(known: Option<&str>, word: &str, name: impl Fn(&str) -> String) -> Self {
        match known {
            Some(known) => Self::Name(name(known)),
            None => Self::Open(name(&format!("[{word}]"))),
        }
    }

    /// The name, where it is known.
    pub(super) fn name(self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name),
            Self::Open(_) => None,
        }
    }

    /// The name, or what it looks like.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Name(text) | Self::Open(text) => text,
        }
    }
}

impl Maker {
    /// The maker of what is there.
    pub(super) fn recognize(trail: &str, config_bucket: Option<&str>) -> Self {
        let own_config_bucket = config_bucket.is_some_and(|bucket| bucket.starts_with(CONTROL_TOWER_CONFIG));
        match trail {
            CONTROL_TOWER_TRAIL if own_config_bucket => Self::ControlTower,
            CONTROL_TOWER_TRAIL => Self::ControlTower3,
            _ if trail.starts_with(LZA) => Self::Lza,
            _ => Self::Organizations,
        }
    }

    /// What a person calls it.
    pub(super) fn called(self) -> &'static str {
        match self {
            Self::ControlTower => "AWS Control Tower, landing zone 4.0 or newer",
            Self::ControlTower3 => "AWS Control Tower, landing zone 3.x",
            Self::Lza => "Landing Zone Accelerator on AWS",
            Self::Organizations => "an organization without a known landing zone",
        }
    }

    /// What its owner cannot change, or changes in another place than the account.
    pub(super) fn remarks(self) -> &'static [&'static str] {
        match self {
            Self::ControlTower | Self::ControlTower3 => &[
                "AWS Control Tower owns the trail, the log buckets, their policies and lifecycles, and its SCPs: a change",
                "by hand is drift. Retention and the KMS key are set in the console under Landing zone settings; what it",
                "does not offer (Object Lock, an SCP or RCP of your own, alerts) stands beside what it made.",
            ],
            Self::Lza => &[
                "The accelerator owns what it made: change its configuration files (global-config.yaml for logging and",
                "retention, organization-config.yaml for SCPs, security-config.yaml for alerts) and run its pipeline.",
            ],
            Self::Organizations => &[],
        }
    }

    /// Name of the organization trail.
    pub(super) fn trail(self) -> Option<&'static str> {
        match self {
            Self::ControlTower | Self::ControlTower3 => Some(CONTROL_TOWER_TRAIL),
            Self::Lza => Some("AWSAccelerator-Organizations-CloudTrail"),
            Self::Organizations => None,
        }
    }

    /// Name of the log bucket, of which the account is a part.
    pub(super) fn bucket(self, archive: Option<&AccountId>, home: &Region) -> Option<Form> {
        let head = match self {
            Self::ControlTower | Self::ControlTower3 => "aws-controltower-logs",
            Self::Lza => "aws-accelerator-central-logs",
            Self::Organizations => return None,
        };
        let account = archive.map(AccountId::as_str);
        Some(Form::around(account, "log archive account ID", |account| format!("{head}-{account}-{home}")))
    }

    /// Key prefix in front of `AWSLogs/`.
    pub(super) fn log_prefix(self, organization: Option<&str>) -> Option<Form> {
        match self {
            Self::ControlTower | Self::ControlTower3 => {
                Some(Form::around(organization, "organization ID", str::to_owned))
            }
            Self::Lza => Some(Form::Name("cloudtrail-organization".to_owned())),
            Self::Organizations => None,
        }
    }

    /// Form of the name of AWS Config's bucket, where it is a bucket of its own: its end is nowhere written.
    pub(super) fn config_bucket(self, audit: Option<&AccountId>) -> Option<Form> {
        let account = audit.map_or("[audit account ID]", |id| id.as_str());
        (self == Self::ControlTower).then(|| Form::Open(format!("{CONTROL_TOWER_CONFIG}{account}-[suffix]")))
    }

    /// Name of the role that administers the log archive account.
    pub(super) fn admin_role(self) -> Option<&'static str> {
        match self {
            Self::ControlTower | Self::ControlTower3 => Some("AWSControlTowerExecution"),
            Self::Lza => Some("OrganizationAccountAccessRole"),
            Self::Organizations => None,
        }
    }

    /// Name of the role that the maker has in every account below its units, and that its own policies exempt.
    pub(super) fn role_everywhere(self) -> Option<&'static str> {
        match self {
            Self::ControlTower | Self::ControlTower3 => Some("AWSControlTowerExecution"),
            Self::Lza | Self::Organizations => None,
        }
    }

    /// Name of the role by which the security tooling account reads.
    pub(super) fn reader_role(self) -> Option<&'static str> {
        match self {
            Self::ControlTower | Self::ControlTower3 => Some("aws-controltower-AuditReadOnlyRole"),
            Self::Lza | Self::Organizations => None,
        }
    }
}
