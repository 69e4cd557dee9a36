//! One sample of every variant of every error type of the application.

use std::{
    collections::BTreeMap,
    fmt::{Debug, Display},
    io,
    path::PathBuf,
};

use logproof::{
    bundle::{
        BundleError, keys::KeyError, manifest::ManifestError, seal::SealError, tape::TapeError, timestamp::StampError,
    },
    catalogue::CatalogueError,
    command::{
        ask::AskError,
        check::{CheckError, PartError},
        diff::DiffError,
        init::InitError,
        merge::MergeError,
        new::NewError,
        period::PeriodError,
        plan::PlanError,
        register::EntryError,
        show::ShowError,
        test::TestError,
        trail::TrailError,
    },
    error::{Unreadable, Unwritable},
    run::{
        baseline::BaselineError, register::LoadError, selection::SelectionError, share::EngineError,
        target::TargetError,
    },
};
use logproof_estate::{
    AccountId, InvalidPlace, Reason, Region, Share, Unseen,
    assessment::Tool,
    config::{ConfigError, parse_instant},
    register::RegisterError,
};
use logproof_integrity::{CheckpointError, PublicKeys, RunError, Shard};
use logproof_policy::Policy;

#[derive(Default)]
struct Texts(BTreeMap<String, String>);

impl Texts {
    fn of<E: Debug + Display>(&mut self, kind: &str, errors: impl IntoIterator<Item = E>) {
        for error in errors {
            let shown = format!("{error:?}");
            let variant = shown.split([' ', '(', '{']).next().unwrap_or_default();
            self.0.insert(format!("{kind}::{variant}"), error.to_string());
        }
    }
}

fn path() -> PathBuf {
    PathBuf::from("reports/run")
}

fn cause() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

fn json() -> serde_json::Error {
    serde_json::from_str::<u8>("x").unwrap_err()
}

fn place() -> InvalidPlace {
    "nowhere".parse::<AccountId>().unwrap_err()
}

fn config() -> ConfigError {
    parse_instant("yesterday").unwrap_err()
}

fn account() -> AccountId {
    "111122223333".parse().unwrap()
}

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn text(value: &str) -> String {
    value.to_owned()
}

fn unseen() -> Box<Unseen> {
    Box::new(Unseen {
        operation: text("organizations:DescribeOrganization"),
        account: account(),
        region: None,
        subject: text("organization"),
        reason: Reason::Throttled,
        detail: String::new(),
        hint: text("run again later"),
        exchanges: Vec::new(),
    })
}

fn bundle(texts: &mut Texts) {
    let key = || "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap();
    texts.of(
        "BundleError",
        [
            BundleError::NoEdits { path: path() },
            BundleError::Occupied { path: path() },
            BundleError::NothingToResume { path: path() },
            BundleError::OtherRequest { what: "configuration" },
            BundleError::Form { path: path(), problem: json() },
            BundleError::Json { what: "request.json", problem: json() },
            BundleError::KmsKey { key: key() },
            BundleError::KmsSignature { key: key() },
            BundleError::NoStamp { authority: text("https://tsa"), problem: text("no answer within 10 s") },
            BundleError::Stamp { authority: text("https://tsa"), source: StampError::OtherQuestion },
            BundleError::NoObjectLock { bucket: text("evidence") },
            BundleError::NotRetained { bucket: text("evidence"), key: text("run/seal.dsse.json") },
            BundleError::Disagrees { path: path(), problem: text("`LS-1.2` is PASS") },
            BundleError::Changed { path: path(), problem: text("report.html: changed") },
            BundleError::StepsMissing {
                crates: text("`acme-steps 1.0.0`"),
                problem: text("ACME-1.feature:3: no step is registered"),
            },
            BundleError::Features { problem: text("LS-1.1.feature:3: no step is registered") },
        ],
    );
    texts.of(
        "KeyError",
        [
            KeyError::Io { path: path(), source: cause(), hint: "name a PEM file" },
            KeyError::Content { path: path(), expected: "an Ed25519 or P-256 public key" },
            KeyError::Crypto { what: "generate a key" },
        ],
    );
    texts.of(
        "ManifestError",
        [
            ManifestError::Io { path: path(), source: cause() },
            ManifestError::Unsafe { path: text("../x"), problem: "leaves the bundle" },
            ManifestError::Manifest { path: path(), problem: text("schema `2`") },
        ],
    );
    texts.of(
        "TapeError",
        [
            TapeError::Io { path: path(), source: cause() },
            TapeError::Line { path: path(), line: 3, problem: text("its id is of another exchange") },
        ],
    );
    texts.of(
        "SealError",
        [
            SealError::Form(text("the payload is not base64")),
            SealError::OtherKey(text("ab12")),
            SealError::Forged(text("ab12")),
        ],
    );
}

fn run(texts: &mut Texts) {
    texts.of("Unreadable", [Unreadable { path: path(), source: cause() }]);
    texts.of("Unwritable", [Unwritable { path: path(), source: cause() }]);
    texts.of(
        "CatalogueError",
        [
            CatalogueError::Features { number: 2 },
            CatalogueError::UnknownControl { id: text("LS-0"), hint: text("`logproof controls` lists them all") },
        ],
    );
    texts.of(
        "SelectionError",
        [SelectionError::TagExpression { expression: text("@a and"), problem: text("unexpected input") }],
    );
    texts.of(
        "LoadError",
        [LoadError::Register {
            place: text("register"),
            source: RegisterError::new("streams.toml", "stream", text("`owner` is empty"), "name the owner"),
        }],
    );
    texts.of(
        "TargetError",
        [
            TargetError::NoTarget,
            TargetError::Config { path: text("logproof.toml"), source: config() },
            TargetError::Unreachable(unseen()),
        ],
    );
}

fn commands(texts: &mut Texts) {
    texts.of(
        "CheckError",
        [
            CheckError::AsOf(config()),
            CheckError::OtherOrganization { configured: text("o-1"), found: text("o-2") },
            CheckError::Interrupted,
        ],
    );
    texts.of(
        "BaselineError",
        [
            BaselineError::NoBaseline { path: path() },
            BaselineError::Acceptance { problem: text("nobody answers for them"), hint: text("give a person") },
        ],
    );
    shares(texts);
    texts.of(
        "NewError",
        [
            NewError::Id { id: text("acme") },
            NewError::Taken { id: text("ACME-1"), path: text("ours/one.feature") },
            NewError::Exists { path: path() },
            NewError::Refused { problem: text("no step is registered"), hint: text("use another sentence") },
            NewError::Missing { options: vec!["--title", "--then"] },
            NewError::NoTerminal { source: cause(), option: "--title" },
            NewError::NoAnswer { option: "--title" },
        ],
    );
    texts.of(
        "AskError",
        [
            AskError::Read { path: path(), source: cause() },
            AskError::Policy(Policy::parse("policy.json", b"{").unwrap_err()),
            AskError::Context(text("x")),
            AskError::Principal(text("x")),
            AskError::Service(text("x.amazonaws.com.org")),
            AskError::Action(text("x")),
            AskError::Resource(text("x")),
            AskError::Partitions(text("aws and aws-cn")),
            AskError::NoSuchCaller { principal: text("arn:aws:iam::111122223333:role/x") },
            AskError::Policies(3, "give the old and the new policy"),
            AskError::NoLogKey,
        ],
    );
    let hint = || text("name it by its id or name");
    texts.of(
        "PlanError",
        [
            PlanError::NoChange,
            PlanError::Share { bundle: path() },
            PlanError::Unplaced { number: 3 },
            PlanError::Twice { subject: text("policy of bucket logs"), one: text("a in x"), other: text("b in y") },
            PlanError::Form { given: text("x"), form: "NAME=FILE", hint: hint() },
            PlanError::Document { path: path(), problem: text("it is not an object") },
            PlanError::Unknown { what: "the key", name: text("x"), problem: "does not exist", hint: hint() },
        ],
    );
    texts.of(
        "ShowError",
        [
            ShowError::NoRun { path: path() },
            ShowError::Control { bundle: path(), control: text("LS-9.9"), known: text("LS-5.1") },
            ShowError::Nothing {
                control: text("LS-5.1"),
                place: text("of account 444444444444"),
                hint: text("PASS, and names nothing it looked at"),
            },
        ],
    );
    texts.of("DiffError", [DiffError::Changed { path: path(), why: text("report.html: changed") }]);
    texts.of(
        "InitError",
        [
            InitError::Exists { path: path() },
            InitError::Region(place()),
            InitError::Unseen(unseen()),
            InitError::NoTrail { account: account(), region: region() },
            InitError::Place(place()),
        ],
    );
    let instant = || "2026-01-15T12:00:00Z".parse().unwrap();
    texts.of("PeriodError", [PeriodError::Empty { from: instant(), to: instant() }, PeriodError::Instant(config())]);
    texts.of(
        "EntryError",
        [
            EntryError::NoConfig,
            EntryError::Missing { options: vec![text("--name")] },
            EntryError::Unusable {
                option: text("--from"),
                problem: text("`x` is no day"),
                question: text("first day"),
            },
            EntryError::NoTerminal { source: cause(), option: text("--name") },
            EntryError::NoAnswer { option: text("--name") },
        ],
    );
    texts.of("TestError", [TestError::NoFeature { path: path() }]);
    trail(texts);
}

fn trail(texts: &mut Texts) {
    let instant = || "2026-01-15T12:00:00Z".parse().unwrap();
    let keys = || PublicKeys::from_json("x").unwrap_err();
    let early = jiff::Timestamp::MIN.checked_sub(jiff::SignedDuration::from_hours(1)).unwrap_err();
    texts.of(
        "TrailError",
        [
            TrailError::Stopped,
            TrailError::NoTrail { arn: text("arn"), account: account(), region: region(), seen: text("none") },
            TrailError::Inventory { path: path(), source: json() },
            TrailError::NotExpected { what: "account", name: text("1"), expected: text("111122223333") },
            TrailError::NothingExpected,
            TrailError::ResultThere { folder: path() },
            TrailError::EvidenceThere { folder: path() },
            TrailError::OtherChains { path: path() },
            TrailError::Json(json()),
            TrailError::NoSummary { folder: path() },
            TrailError::Summary { path: path(), source: json() },
            TrailError::OtherEvidence { evidence: path(), summary: path() },
            TrailError::DifferentChains { first: path(), other: path() },
            TrailError::NoFolders,
            TrailError::NothingToCover,
            TrailError::Keys { path: path(), source: keys() },
            TrailError::ListedKeys(keys()),
            TrailError::Region(place()),
            TrailError::Instant { option: "--from", source: config() },
            TrailError::TooEarly(early),
            TrailError::EmptyPeriod { from: instant(), to: instant() },
            TrailError::Future { from: instant(), now: instant() },
            TrailError::Shard("4/4".parse::<Shard>().unwrap_err()),
            TrailError::Sample { text: text("half") },
            TrailError::NotAFolder { folder: path(), bucket: text("logs") },
            TrailError::NotACopy { folder: path(), bucket: text("logs"), logs: PathBuf::from("AWSLogs") },
        ],
    );
    texts.of(
        "CheckpointError",
        [
            CheckpointError::File { path: path(), source: cause() },
            CheckpointError::InUse(path()),
            CheckpointError::Line { path: path(), line: 2, source: json() },
            CheckpointError::Short { path: path(), found: 1, promised: 2 },
            CheckpointError::OtherTrail { path: path(), found: text("a"), wanted: text("b") },
        ],
    );
    let window = logproof_integrity::Window { from: instant(), to: instant() };
    texts.of("RunError", [RunError::Evidence(cause()), RunError::Twice(text("1")), RunError::EmptyWindow(window)]);
}

fn shares(texts: &mut Texts) {
    let share = Share::Accounts { index: 3, count: 16 };
    let tool = || Tool { name: text("logproof"), version: text("0.1.0"), steps: Vec::new() };
    texts.of(
        "EngineError",
        [
            EngineError::TwoShards { one: "ONE", other: "OTHER" },
            EngineError::NoShardCount { name: "ONE", size: "SIZE" },
            EngineError::NoSuchShard { name: "ONE", index: text("4"), size_name: "SIZE", size: text("4") },
        ],
    );
    texts.of(
        "PartError",
        [
            PartError::NoFirst { share },
            PartError::NoShare,
            PartError::NotAShare { option: "--leave-verdict-to-merge" },
            PartError::NotFirst { path: path() },
            PartError::Incomplete { path: path(), why: text("interrupted") },
            PartError::OtherTool { path: path(), made: tool(), now: tool() },
            PartError::OtherRequest { what: "register" },
            PartError::NoAccount { share, accounts: 3 },
            PartError::NothingToDivide,
        ],
    );
    texts.of(
        "MergeError",
        [
            MergeError::NoBundle { folder: path() },
            MergeError::Whole { path: path() },
            MergeError::NoFirst,
            MergeError::Twice { share, one: path(), other: path() },
            MergeError::Missing { what: text("share `3/16` is"), first: share },
            MergeError::Incomplete { path: path(), share, why: text("interrupted") },
            MergeError::OtherRun { path: path(), share, what: "register" },
            MergeError::OtherTool { made: tool(), now: tool() },
            MergeError::Account {
                account: account(),
                problem: text("is examined by no share"),
                hint: text("run all shares again"),
            },
            MergeError::Uncovered {
                scenario: text("LS-5.1 x"),
                of: text("accounts"),
                examined: 1,
                expected: 1,
                whole: 2,
            },
            MergeError::NotAsked { number: 1, first: text("s3:ListBuckets"), shares: text(": `3/16`") },
        ],
    );
}

/// The texts by type and variant.
pub(super) fn all() -> BTreeMap<String, String> {
    let mut texts = Texts::default();
    bundle(&mut texts);
    run(&mut texts);
    commands(&mut texts);
    texts.0
}
