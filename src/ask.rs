//! `logproof ask`: policy questions on files or on a landing zone.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, Subcommand, ValueEnum};
use logproof_policy::{
    Account, Answer, Callers, Context, Decided, Decision, Organization, Policies, Policy, Principal, Question, Request,
    Scene, decide, difference, never, who_can,
};
use serde_json::{Value, json};

/// Arguments of `ask`.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// The question.
    #[command(subcommand)]
    pub question: AskQuestion,
}

/// The questions.
#[derive(Debug, Clone, Subcommand)]
pub enum AskQuestion {
    /// Can this principal make this request? Decides one request on policies from files.
    Can(CanArgs),
    /// Who can do this? On a landing zone, or on policies from files.
    WhoCan(WhoCanArgs),
    /// Is there any request of a kind that is let through? Answers with a proof or a witness.
    Never(NeverArgs),
    /// Does a new bucket or key policy allow a request that the old one did not?
    Difference(DifferenceArgs),
}

/// Form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum AnswerFormat {
    /// Sentences.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

/// Policies from files.
#[derive(Debug, Clone, Default, Args)]
pub struct PolicyFiles {
    /// Policy of the bucket; `--key-policy` and `--trust-policy` are other names for the resource's policy.
    #[arg(long, value_name = "FILE", visible_aliases = ["resource-policy", "key-policy", "trust-policy"])]
    pub bucket_policy: Option<PathBuf>,
    /// Policy of the user or role; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub identity_policy: Vec<PathBuf>,
    /// One level of SCPs, the root first; several policies of a level with commas; may be repeated. The word
    /// `FullAWSAccess` stands for AWS's own policy.
    #[arg(long, value_name = "FILE,..")]
    pub scp: Vec<String>,
    /// One level of RCPs, the root first; as `--scp`.
    #[arg(long, value_name = "FILE,..")]
    pub rcp: Vec<String>,
    /// Permissions boundary of the principal.
    #[arg(long, value_name = "FILE")]
    pub boundary: Option<PathBuf>,
    /// Session policy; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub session_policy: Vec<PathBuf>,
}

/// Arguments of `ask can`.
#[derive(Debug, Clone, Args)]
pub struct CanArgs {
    /// ARN of a user, role, assumed-role session or root user; a service such as cloudtrail.amazonaws.com; or `anonymous`.
    #[arg(long, value_name = "WHO")]
    pub principal: String,
    /// ARN of the role behind an assumed-role session, when it has a path.
    #[arg(long, value_name = "ARN")]
    pub role: Option<String>,
    /// Action, for example s3:PutObject.
    #[arg(long, value_name = "ACTION")]
    pub action: String,
    /// ARN of the resource.
    #[arg(long, value_name = "ARN")]
    pub resource: String,
    /// Account that owns the resource [default: the account in its ARN, else the principal's].
    #[arg(long, value_name = "ID")]
    pub resource_account: Option<String>,
    /// Condition key and value, for example aws:SecureTransport=false; repeat a key for several values.
    #[arg(long, value_name = "KEY=VALUE")]
    pub context: Vec<String>,
    /// The principal is of the management account, which no SCP binds.
    #[arg(long)]
    pub principal_in_management_account: bool,
    /// The resource is of the management account, which no RCP protects.
    #[arg(long)]
    pub resource_in_management_account: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the help of the flattened arguments")]
    pub policies: PolicyFiles,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}

/// Arguments of `ask who-can`.
#[derive(Debug, Clone, Args)]
pub struct WhoCanArgs {
    /// Action or pattern, for example cloudtrail:StopLogging.
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// ARN of the resource [default: the organization trail, log bucket or log key of the landing zone, by the service].
    #[arg(long, value_name = "ARN")]
    pub resource: Option<String>,
    /// Configuration of the landing zone [default: logproof.toml in this folder].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Ask a landing zone described in a file; without a value, the sample in this program.
    #[arg(long, value_name = "ZONE.yaml", num_args = 0..=1)]
    pub mock: Option<Option<PathBuf>>,
    /// Assume an administrator in every account instead of reading its users and roles.
    #[arg(long)]
    pub assume_administrators: bool,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}

/// Arguments of `ask never`.
#[derive(Debug, Clone, Args)]
pub struct NeverArgs {
    /// Action or pattern; may be repeated.
    #[arg(long, value_name = "ACTION", required = true)]
    pub action: Vec<String>,
    /// Resource ARN or pattern; may be repeated.
    #[arg(long, value_name = "ARN", required = true)]
    pub resource: Vec<String>,
    /// Condition element as JSON, for example '{"Bool": {"aws:SecureTransport": "false"}}'.
    #[arg(long, value_name = "JSON")]
    pub when: Option<String>,
    /// Policy of the bucket, key or role.
    #[arg(long, value_name = "FILE", visible_aliases = ["resource-policy", "key-policy", "trust-policy"])]
    pub bucket_policy: Option<PathBuf>,
    /// Account that owns the resource.
    #[arg(long, value_name = "ID", default_value = "222222222222")]
    pub resource_account: String,
    /// One level of SCPs of the owner's account, the root first; as in `ask can`.
    #[arg(long, value_name = "FILE,..")]
    pub scp: Vec<String>,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}

/// Arguments of `ask difference`.
#[derive(Debug, Clone, Args)]
pub struct DifferenceArgs {
    /// The policy as it was.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The policy as it will be.
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Action or pattern; may be repeated.
    #[arg(long, value_name = "ACTION", default_value = "*")]
    pub action: Vec<String>,
    /// Resource ARN or pattern; may be repeated.
    #[arg(long, value_name = "ARN", required = true)]
    pub resource: Vec<String>,
    /// Account that owns the resource.
    #[arg(long, value_name = "ID", default_value = "222222222222")]
    pub resource_account: String,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: AnswerFormat,
}

/// A question that cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// A file cannot be read.
    #[error("cannot read `{path}`: {source}\nhint: name a file with a policy in JSON")]
    Read {
        /// The file.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// A file is not a policy.
    #[error("{0}\nhint: correct the policy document")]
    Policy(#[from] logproof_policy::ParseError),
    /// A condition key without a value.
    #[error("`{0}` is not KEY=VALUE\nhint: write for example --context aws:SecureTransport=false")]
    Context(String),
    /// A principal that is none.
    #[error(
        "`{0}` is not a principal\nhint: give an ARN of IAM or STS, a service such as cloudtrail.amazonaws.com, or `anonymous`"
    )]
    Principal(String),
    /// The answer cannot be written.
    #[error("cannot write the answer: {0}\nhint: check where standard output goes")]
    Write(#[from] io::Error),
}

/// The answer to a question: what to print, and whether it is decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Sentences.
    pub text: String,
    /// The same for machines.
    pub json: Value,
    /// Whether the policies decide it; otherwise the exit code says that it could not be assessed.
    pub decided: bool,
}

impl Reply {
    /// Writes the answer.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, format: AnswerFormat, out: &mut dyn Write) -> Result<(), AskError> {
        match format {
            AnswerFormat::Text => writeln!(out, "{}", self.text)?,
            AnswerFormat::Json => writeln!(out, "{:#}", self.json)?,
        }
        Ok(())
    }
}

/// Answers `ask can`.
///
/// # Errors
/// [`AskError`].
pub fn can(args: &CanArgs) -> Result<Reply, AskError> {
    let principal = parse_principal(&args.principal, args.role.as_deref())?;
    let in_arn = args.resource.split(':').nth(4).filter(|id| id.len() == 12).map(str::to_owned);
    let owner = args.resource_account.clone().or(in_arn).or_else(|| principal.account().map(str::to_owned));
    let mut request = Request::new(principal, &args.action, &args.resource).with_context(context(&args.context)?);
    if let Some(owner) = owner {
        request = request.owned_by(&owner);
    }
    let files = &args.policies;
    let policies = Policies {
        identity: files.identity_policy.iter().map(|path| policy(path)).collect::<Result<_, _>>()?,
        resource: files.bucket_policy.as_deref().map(policy).transpose()?,
        scps: levels(&files.scp)?,
        rcps: levels(&files.rcp)?,
        boundary: files.boundary.as_deref().map(policy).transpose()?,
        sessions: files.session_policy.iter().map(|path| policy(path)).collect::<Result<_, _>>()?,
        principal_in_management_account: args.principal_in_management_account,
        resource_in_management_account: args.resource_in_management_account,
        ..Policies::default()
    };
    Ok(decision_reply(&request, &decide(&request, &policies)))
}

fn decision_reply(request: &Request, decided: &Decided) -> Reply {
    let text = format!("{decided}\n{} calling {} on {}", request.principal(), request.action(), request.resource());
    Reply { text, json: json!(decided), decided: !matches!(decided.decision, Decision::Undecided(_)) }
}

/// Answers `ask never` on files.
///
/// # Errors
/// [`AskError`].
pub fn never_on_files(args: &NeverArgs) -> Result<Reply, AskError> {
    let mut account = Account::member(&args.resource_account);
    account.scps = levels(&args.scp)?;
    let scene = Scene {
        organization: Organization { id: Some("o-exampleorg1".to_owned()), accounts: vec![account] },
        resource_account: args.resource_account.clone(),
        resource_policy: args.bucket_policy.as_deref().map(policy).transpose()?,
    };
    let mut question = question(&args.action, &args.resource);
    if let Some(when) = &args.when {
        question = question.when(when)?;
    }
    Ok(answer_reply(&never(&scene, &question), "no such request is let through"))
}

/// Answers `ask difference`.
///
/// # Errors
/// [`AskError`].
pub fn difference_of_files(args: &DifferenceArgs) -> Result<Reply, AskError> {
    let scene = |path: &Path| -> Result<Scene, AskError> {
        Ok(Scene {
            organization: Organization {
                id: Some("o-exampleorg1".to_owned()),
                accounts: vec![Account::member(&args.resource_account)],
            },
            resource_account: args.resource_account.clone(),
            resource_policy: Some(policy(path)?),
        })
    };
    let answer = difference(&scene(&args.old)?, &scene(&args.new)?, &question(&args.action, &args.resource));
    Ok(answer_reply(&answer, "the new policy allows nothing that the old one did not"))
}

/// Says who can.
#[must_use]
pub fn callers_reply(callers: &Callers) -> Reply {
    let mut lines: Vec<String> = callers.can.iter().map(|witness| format!("- {}", witness.sentence())).collect();
    lines.extend(callers.undecided.iter().map(|(who, why)| format!("- undecided for {who}: {why}")));
    if lines.is_empty() {
        lines.push("nobody can".to_owned());
    }
    let undecided: Vec<Value> = callers.undecided.iter().map(|(who, why)| json!({"who": who, "why": why})).collect();
    Reply {
        text: lines.join("\n"),
        json: json!({"can": callers.can, "undecided": undecided}),
        decided: callers.undecided.is_empty(),
    }
}

/// Answers `ask who-can` on a scene.
#[must_use]
pub fn who_can_in(scene: &Scene, action: &str, resource: &str) -> Reply {
    callers_reply(&who_can(scene, &question(&[action.to_owned()], &[resource.to_owned()])))
}

fn answer_reply(answer: &Answer, holds: &str) -> Reply {
    match answer {
        Answer::Holds => Reply { text: format!("holds: {holds}"), json: json!({"answer": "holds"}), decided: true },
        Answer::Violated(witness) => Reply {
            text: format!("violated: {}", witness.sentence()),
            json: json!({"answer": "violated", "witness": witness}),
            decided: true,
        },
        Answer::Undecided(reason) => Reply {
            text: format!("undecided: {reason}"),
            json: json!({"answer": "undecided", "reason": reason}),
            decided: false,
        },
    }
}

fn question(actions: &[String], resources: &[String]) -> Question {
    let mut question = Question::about(actions.iter().map(String::as_str));
    for resource in resources {
        question = if resource.contains(['*', '?']) { question.on_all(resource) } else { question.on(resource) };
    }
    question
}

fn context(pairs: &[String]) -> Result<Context, AskError> {
    let mut values: Vec<(String, Vec<String>)> = Vec::new();
    for pair in pairs {
        let (key, value) = pair.split_once('=').ok_or_else(|| AskError::Context(pair.clone()))?;
        match values.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, values)) => values.push(value.to_owned()),
            None => values.push((key.to_owned(), vec![value.to_owned()])),
        }
    }
    let mut context = Context::new();
    for (key, values) in values {
        match <[String; 1]>::try_from(values) {
            Ok([one]) => context.insert(&key, one),
            Err(many) => context.insert(&key, many),
        }
    }
    Ok(context)
}

fn levels(given: &[String]) -> Result<Option<Vec<Vec<Arc<Policy>>>>, AskError> {
    if given.is_empty() {
        return Ok(None);
    }
    let level =
        |text: &String| text.split(',').map(|name| policy(Path::new(name.trim()))).collect::<Result<Vec<_>, _>>();
    Ok(Some(given.iter().map(level).collect::<Result<_, _>>()?))
}

fn policy(path: &Path) -> Result<Arc<Policy>, AskError> {
    if path == Path::new("FullAWSAccess") {
        let text = br#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;
        return Ok(Arc::new(Policy::parse("FullAWSAccess", text)?));
    }
    let text = fs::read(path).map_err(|source| AskError::Read { path: path.to_owned(), source })?;
    let name = path.display().to_string();
    Ok(Arc::new(Policy::parse(&name, &text)?))
}

fn parse_principal(text: &str, role: Option<&str>) -> Result<Principal, AskError> {
    let refuse = || AskError::Principal(text.to_owned());
    if text == "anonymous" || text == "*" {
        return Ok(Principal::Anonymous);
    }
    if !text.starts_with("arn:") {
        return if text.contains(".amazonaws.com") {
            Ok(Principal::Service { name: text.to_owned() })
        } else {
            Err(refuse())
        };
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, service, _, account, path] = parts.as_slice() else { return Err(refuse()) };
    let (arn, account) = (text.to_owned(), (*account).to_owned());
    match (*service, path.split_once('/')) {
        ("iam", None) if *path == "root" => Ok(Principal::Root { arn, account }),
        ("iam", Some(("user", _))) => Ok(Principal::User { arn, account }),
        ("iam", Some(("role", rest))) => {
            let name = rest.rsplit('/').next().unwrap_or_default();
            Ok(Principal::Role {
                session_arn: format!("arn:aws:sts::{account}:assumed-role/{name}/session"),
                service_linked: rest.starts_with("aws-service-role/"),
                role_arn: arn,
                account,
            })
        }
        ("sts", Some(("assumed-role", rest))) => {
            let name = rest.split('/').next().unwrap_or_default();
            let role_arn = role.map_or_else(|| format!("arn:aws:iam::{account}:role/{name}"), str::to_owned);
            Ok(Principal::Role {
                service_linked: role_arn.contains(":role/aws-service-role/"),
                role_arn,
                session_arn: arn,
                account,
            })
        }
        _ => Err(refuse()),
    }
}
