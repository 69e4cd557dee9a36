//! What a log stream needs in the log archive account, worked out from the register and the configuration alone.
//!
//! One description for every form of a request, so that no two of them can disagree. Whether what stands in an account
//! is enough is for the controls to say.

use logproof_estate::{
    Config, Partition,
    register::{Register, RegisterError, RetentionClass, Stream},
};
use serde_json::{Value, json};

const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
const CONFIG: &str = "config.amazonaws.com";
const DELIVERY: &str = "delivery.logs.amazonaws.com";
const ACCESS_LOGS: &str = "logging.s3.amazonaws.com";

/// Longest name of a bucket. See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
const LONGEST_NAME: usize = 63;

/// A bucket with all it needs, and what the log key must allow.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    /// Names of the streams in the bucket.
    pub streams: Vec<String>,
    /// Bucket name.
    pub bucket: String,
    /// Account it must be in.
    pub account: String,
    /// Region it must be in.
    pub region: String,
    /// Key of the default encryption; none means keys of S3.
    pub key: Option<String>,
    /// Mode and days of Object Lock.
    pub object_lock: Option<(String, u32)>,
    /// Days after which objects are archived.
    pub archive_after: Option<u32>,
    /// Days after which objects are deleted.
    pub delete_after: u32,
    /// Bucket and prefix of its own access logs.
    pub access_logs: Option<(String, String)>,
    /// Tags, without the one that names the tool.
    pub tags: Vec<(String, String)>,
    /// Bucket policy.
    pub policy: Value,
    /// Statements the policy of the log key must have.
    pub key_statements: Vec<Value>,
    /// What else must be done.
    pub notes: Vec<String>,
}

/// Name of the bucket of a stream by the naming convention, where there is a prefix and the name fits.
#[must_use]
pub fn bucket_of(config: &Config, stream: &str) -> Option<String> {
    let prefix = config.names.prefix.as_deref()?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let name = config.conventional_bucket_name(&format!("{prefix}-{stream}"));
    (stream.chars().all(fits) && name.len() <= LONGEST_NAME).then_some(name)
}

impl Deployment {
    /// What the bucket of a registered stream needs.
    ///
    /// # Errors
    /// [`RegisterError`]: no such stream, or entries that cannot be deployed together.
    pub fn of(config: &Config, register: &Register, name: &str) -> Result<Self, RegisterError> {
        let refuse =
            |problem: String, hint: &str| RegisterError::new("streams.toml", &format!("stream {name}"), problem, hint);
        let stream = register.streams.iter().find(|stream| stream.name == name).ok_or_else(|| {
            refuse("there is no such stream".to_owned(), "register it first: `logproof register new stream`")
        })?;
        let streams: Vec<&Stream> = register.streams.iter().filter(|other| other.bucket == stream.bucket).collect();
        for (what, of) in [
            ("retention class", (|stream| &stream.retention_class) as fn(&Stream) -> &String),
            ("owner", |stream| &stream.owner),
        ] {
            if let Some(other) = streams.iter().find(|other| of(other) != of(stream)) {
                let problem = format!("it shares a bucket with `{}`, which has another {what}", other.name);
                return Err(refuse(problem, "give the stream a bucket of its own"));
            }
        }
        let class = register.retention.iter().find(|class| class.class == stream.retention_class).ok_or_else(|| {
            refuse(format!("there is no retention class `{}`", stream.retention_class), "write it into retention.toml")
        })?;
        let organization = config.organization.id.clone().ok_or_else(|| {
            refuse("the configuration has no `organization.id`".to_owned(), "add it: deliveries are bound to it")
        })?;
        let ground = Ground { config, organization, arn: partition(config).arn("s3", "", "", &stream.bucket) };
        let receives = streams.iter().any(|stream| stream.delivered_by == ACCESS_LOGS);
        Ok(Self {
            streams: streams.iter().map(|stream| stream.name.clone()).collect(),
            bucket: stream.bucket.clone(),
            account: config.organization.log_archive_account.to_string(),
            region: config.organization.home_region.to_string(),
            key: (!receives).then(|| ground.key()),
            object_lock: lockable(&streams)
                .then(|| (config.expectations.object_lock_mode.clone(), class.delete_after_days)),
            archive_after: archived(class),
            delete_after: class.delete_after_days,
            access_logs: if receives {
                None
            } else {
                Some(access_logs(register, stream).map_err(|(p, h)| refuse(p, h))?)
            },
            tags: tags(&streams, stream),
            policy: ground.policy(&streams),
            key_statements: if receives { Vec::new() } else { ground.key_statements(&streams) },
            notes: notes(config, &streams),
        })
    }
}

fn partition(config: &Config) -> Partition {
    config.partition()
}

/// AWS Config and server access logging cannot deliver to a bucket with Object Lock.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html>,
/// <https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html>
fn lockable(streams: &[&Stream]) -> bool {
    !streams.iter().any(|stream| [CONFIG, ACCESS_LOGS].contains(&stream.delivered_by.as_str()))
}

fn archived(class: &RetentionClass) -> Option<u32> {
    (class.archive_days > 0 && class.hot_days < class.delete_after_days).then_some(class.hot_days)
}

fn access_logs(register: &Register, stream: &Stream) -> Result<(String, String), (String, &'static str)> {
    let target =
        register.streams.iter().find(|other| other.delivered_by == ACCESS_LOGS && other.bucket != stream.bucket);
    let target = target.ok_or_else(|| {
        let problem =
            format!("no registered stream is delivered by `{ACCESS_LOGS}`, so there is no place for access logs");
        (problem, "register the stream of access logs first")
    })?;
    Ok((target.bucket.clone(), format!("{}{}/", target.prefix, stream.bucket)))
}

/// Tags hold letters, digits, blanks and some signs only.
///
/// See: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3Tag.html>
fn tags(streams: &[&Stream], stream: &Stream) -> Vec<(String, String)> {
    let clean = |text: &str| -> String {
        let kept = text.chars().map(|c| if c.is_alphanumeric() || " _.:/=+-@".contains(c) { c } else { '-' });
        kept.take(256).collect()
    };
    let names: Vec<&str> = streams.iter().map(|stream| stream.name.as_str()).collect();
    let requests: Vec<&str> = streams.iter().map(|stream| stream.request.as_str()).collect();
    let personal = if streams.iter().any(|stream| stream.personal_data) { "yes" } else { "no" };
    let environment = serde_json::to_value(stream.environment).ok();
    [
        ("environment", environment.as_ref().and_then(Value::as_str).unwrap_or_default()),
        ("log-stream", &names.join(" ")),
        ("owner", &stream.owner),
        ("personal-data", personal),
        ("request", &requests.join(" ")),
        ("retention-class", &stream.retention_class),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), clean(value)))
    .collect()
}

fn notes(config: &Config, streams: &[&Stream]) -> Vec<String> {
    let mut notes = vec![
        "add the key statements to the policy of the log key; this request does not replace that policy".to_owned(),
        "add the bucket to the service control policy that protects the log store".to_owned(),
    ];
    for stream in streams {
        let by = &stream.delivered_by;
        if by.starts_with("arn:") {
            notes.push(format!("{by} may encrypt and not decrypt: it must upload each object in one part"));
        } else if by != ACCESS_LOGS && !config.names.log_services.contains(by) {
            notes.push(format!("add {by} to names.log_services of logproof.toml: it uses the log key"));
        }
    }
    notes
}

struct Ground<'a> {
    config: &'a Config,
    organization: String,
    /// ARN of the bucket.
    arn: String,
}

impl Ground<'_> {
    /// ARN of the log key, by its alias where it is named so.
    fn key(&self) -> String {
        let named = &self.config.names.key;
        if named.starts_with("arn:") {
            return named.clone();
        }
        let resource = if named.starts_with("alias/") { named.clone() } else { format!("key/{named}") };
        let (region, account) = (&self.config.organization.home_region, self.config.key_account());
        partition(self.config).arn("kms", region.as_str(), account.as_str(), &resource)
    }

    /// What binds a delivery to this organization.
    fn bound(&self, service: &str) -> Value {
        match service {
            CLOUDTRAIL => json!({"aws:SourceArn": self.config.trail_arn()}),
            ACCESS_LOGS => json!({"aws:SourceAccount": self.config.organization.log_archive_account.to_string()}),
            _ => json!({"aws:SourceOrgID": self.organization}),
        }
    }

    fn policy(&self, streams: &[&Stream]) -> Value {
        let mut statements = Vec::new();
        for (index, stream) in streams.iter().enumerate() {
            statements.extend(self.delivery(index + 1, stream));
        }
        let everything = json!([self.arn, format!("{}/*", self.arn)]);
        for (sid, condition) in [
            ("TlsOnly", json!({"Bool": {"aws:SecureTransport": "false"}})),
            ("NoOldTls", json!({"NumericLessThan": {"s3:TlsVersion": self.config.expectations.minimum_tls}})),
        ] {
            statements.push(json!({
                "Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything,
                "Condition": condition,
            }));
        }
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    /// The statements of one stream.
    fn delivery(&self, number: usize, stream: &Stream) -> Vec<Value> {
        let by = stream.delivered_by.as_str();
        let objects = format!("{}/{}*", self.arn, stream.prefix);
        if by.starts_with("arn:") {
            return vec![json!({
                "Sid": format!("Write{number}"), "Effect": "Allow", "Principal": {"AWS": by},
                "Action": "s3:PutObject", "Resource": objects,
            })];
        }
        let mut writes = self.bound(by);
        let mut statements = Vec::new();
        // These services look at the bucket before they write, and hand the object over to its owner.
        if let Some(checks) = match by {
            CLOUDTRAIL => Some(json!("s3:GetBucketAcl")),
            CONFIG | DELIVERY => Some(json!(["s3:GetBucketAcl", "s3:ListBucket"])),
            _ => None,
        } {
            statements.push(json!({
                "Sid": format!("Check{number}"), "Effect": "Allow", "Principal": {"Service": by},
                "Action": checks, "Resource": self.arn, "Condition": {"StringEquals": writes},
            }));
            if let Some(writes) = writes.as_object_mut() {
                writes.insert("s3:x-amz-acl".to_owned(), json!("bucket-owner-full-control"));
            }
        }
        statements.push(json!({
            "Sid": format!("Write{number}"), "Effect": "Allow", "Principal": {"Service": by},
            "Action": "s3:PutObject", "Resource": objects, "Condition": {"StringEquals": writes},
        }));
        statements
    }

    fn key_statements(&self, streams: &[&Stream]) -> Vec<Value> {
        let mut deliverers: Vec<&str> = streams.iter().map(|stream| stream.delivered_by.as_str()).collect();
        deliverers.sort_unstable();
        deliverers.dedup();
        let region = &self.config.organization.home_region;
        let mut via = region.partition().via_service("s3", region.as_str());
        let via = if via.len() == 1 { json!(via.remove(0)) } else { json!(via) };
        deliverers
            .into_iter()
            .map(|by| {
                let sid: String =
                    by.rsplit('/').next().unwrap_or(by).chars().filter(char::is_ascii_alphanumeric).collect();
                if by.starts_with("arn:") {
                    return json!({
                        "Sid": format!("Encrypt{sid}"), "Effect": "Allow", "Principal": {"AWS": by},
                        "Action": "kms:GenerateDataKey", "Resource": "*",
                        "Condition": {"StringEquals": {"kms:ViaService": via}},
                    });
                }
                let actions = if by == CLOUDTRAIL {
                    json!("kms:GenerateDataKey*")
                } else {
                    json!(["kms:GenerateDataKey*", "kms:Decrypt"])
                };
                json!({
                    "Sid": format!("Encrypt{sid}"), "Effect": "Allow", "Principal": {"Service": by},
                    "Action": actions, "Resource": "*", "Condition": {"StringEquals": self.bound(by)},
                })
            })
            .collect()
    }
}
