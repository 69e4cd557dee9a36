//! IAM policies, evaluated as AWS does: parse them, decide one request, prove or refute a property.
//!
//! Nothing here is matched as text and nothing does I/O. What a policy says that is not understood
//! is reported with its place and makes every decision that could depend on it *undecided*, never
//! silently "false"; where something else decides anyway, that decides.
//!
//! # Parse
//!
//! ```
//! use logproof_policy::{ParseError, Policy};
//!
//! let policy = Policy::parse("bucket policy", br#"{"Statement": [{"Sid": "Odd", "Effect": "Allow",
//!     "Principal": {"Service": "cloudtrail.amazonaws.com.example.net"}, "Action": "s3:PutObject", "Resource": "*"}]}"#)?;
//! let problem = &policy.problems()[0];
//! assert_eq!((problem.position.line, problem.position.column), (2, 30));
//! assert!(problem.message.contains("is not an AWS service principal"));
//! assert!(matches!(Policy::parse("broken", b"{]"), Err(ParseError::Malformed { .. })));
//! # Ok::<(), ParseError>(())
//! ```
//!
//! # Read
//!
//! What a policy names can be asked for without deciding anything:
//!
//! ```
//! use logproof_policy::{Effect, Named, Policy};
//!
//! let policy = Policy::parse("bucket policy", br#"{"Statement": {"Effect": "Allow", "Action": "S3:Put*",
//!     "Principal": {"Service": "config.amazonaws.com"}, "Resource": "arn:aws:s3:::logs/*",
//!     "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}}}"#)?;
//! let statement = &policy.statements()[0];
//! assert_eq!(statement.effect(), Some(Effect::Allow));
//! assert!(statement.names_action("s3:PutObject"));
//! assert_eq!(statement.principals().collect::<Vec<_>>(), [Named::Service("config.amazonaws.com")]);
//! assert_eq!(statement.texts_of("AWS:sourceaccount").collect::<Vec<_>>(), ["111111111111"]);
//! assert!(policy.names_account("111111111111"));
//! # Ok::<(), logproof_policy::ParseError>(())
//! ```
//!
//! # Decide
//!
//! ```
//! use std::sync::Arc;
//! use logproof_policy::{Context, Decision, Policies, Policy, Principal, Request, decide};
//!
//! let bucket = Policy::parse("bucket policy", br#"{"Version": "2012-10-17", "Statement": [
//!     {"Sid": "Write", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
//!      "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/AWSLogs/*"},
//!     {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
//!      "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#)?;
//! let policies = Policies { resource: Some(Arc::new(bucket)), ..Policies::default() };
//! let cloudtrail = Principal::Service { name: "cloudtrail.amazonaws.com".into() };
//! let request = Request::new(cloudtrail, "s3:PutObject", "arn:aws:s3:::logs/AWSLogs/x")
//!     .owned_by("222222222222")
//!     .with_context(Context::new().with("aws:SecureTransport", "false"));
//! let decided = decide(&request, &policies);
//! assert_eq!(decided.decision, Decision::ExplicitDeny);
//! assert_eq!(decided.statement.unwrap().sid.as_deref(), Some("Tls"));
//! # Ok::<(), logproof_policy::ParseError>(())
//! ```
//!
//! # Never (and always): is there any request such that ...?
//!
//! ```
//! use logproof_policy::{Account, Organization, Policy, Question, Scene, Source, Who, never};
//! use std::sync::Arc;
//!
//! let bucket = Policy::parse("bucket policy", br#"{"Version": "2012-10-17", "Statement":
//!     {"Sid": "Write", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
//!      "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*"}}"#)?;
//! let scene = Scene {
//!     organization: Organization {
//!         id: Some("o-exampleorgid".into()),
//!         accounts: vec![Account::management("111111111111"), Account::member("222222222222")],
//!         ..Organization::default()
//!     },
//!     resource_account: "222222222222".into(),
//!     resource_policy: Some(Arc::new(bucket)),
//!     ..Scene::default()
//! };
//! let confused_deputy = Question::about(["s3:PutObject"])
//!     .on_all("arn:aws:s3:::logs/*")
//!     .by(Who::services())
//!     .from_source(Source::Foreign);
//! let answer = never(&scene, &confused_deputy);
//! assert_eq!(
//!     answer.witness().expect("open").sentence(),
//!     "service `cloudtrail.amazonaws.com` can call `s3:PutObject` on `arn:aws:s3:::logs/x` on behalf of \
//!      account 999999999999: statement `Write` of `bucket policy` allows it (resource policy)",
//! );
//! # Ok::<(), logproof_policy::ParseError>(())
//! ```
//!
//! `always` asks the opposite: a witness is a request that is refused. What the question leaves open
//! varies freely, so say everything the writer is known to send.
//!
//! # Who can
//!
//! ```
//! # use logproof_policy::{Account, Organization, Policy, Question, Scene, who_can};
//! # use std::sync::Arc;
//! let key = Policy::parse("key policy", br#"{"Statement": {"Effect": "Allow",
//!     "Principal": {"AWS": "arn:aws:iam::222222222222:role/Reader"}, "Action": "kms:Decrypt", "Resource": "*"}}"#)?;
//! let scene = Scene {
//!     organization: Organization { accounts: vec![Account::member("222222222222")], ..Organization::default() },
//!     resource_account: "222222222222".into(),
//!     resource_policy: Some(Arc::new(key)),
//!     ..Scene::default()
//! };
//! let decrypt = Question::about(["kms:Decrypt"]).on("arn:aws:kms:eu-west-1:222222222222:key/1");
//! let callers: Vec<String> = who_can(&scene, &decrypt).can.into_iter().map(|w| w.caller).collect();
//! assert_eq!(callers, ["role `arn:aws:iam::222222222222:role/Reader`"]);
//! # Ok::<(), logproof_policy::ParseError>(())
//! ```
//!
//! # Difference: what does a new policy allow that the old one did not?
//!
//! ```
//! # use logproof_policy::{Policy, Question, Scene, difference};
//! # use std::sync::Arc;
//! let scene = |text: &str| Policy::parse("bucket policy", text.as_bytes()).map(|policy| Scene {
//!     resource_account: "222222222222".into(),
//!     resource_policy: Some(Arc::new(policy)),
//!     ..Scene::default()
//! });
//! let old = scene(r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "333333333333"},
//!     "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/a/*"}}"#)?;
//! let new = scene(r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "333333333333"},
//!     "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*"}}"#)?;
//! let anything = Question::about(["s3:*"]).on("arn:aws:s3:::logs").on_all("arn:aws:s3:::logs/*");
//! let gained = difference(&old, &new, &anything);
//! assert!(gained.witness().is_some_and(|w| w.request.resource() == "arn:aws:s3:::logs/x"));
//! assert!(difference(&new, &old, &anything).holds());
//! # Ok::<(), logproof_policy::ParseError>(())
//! ```
//!
//! # What a proof rests on
//!
//! Every test of every statement cuts a dimension of the request (caller, action, resource, each
//! condition key) into finitely many classes on which all tests agree. One request per class is
//! decided, and three-valued evaluation of half-built requests skips what cannot matter. So "holds"
//! is a proof under these assumptions:
//!
//! * Callers are those [`Who`] includes. In an account of which nothing is known an administrator is
//!   assumed. Service-linked roles are left out unless asked for, and so is the bucket owner's root
//!   user where it repairs the bucket policy ([`Question::with_owner_root_exemption`]).
//! * For the services of the [action ledger](actions) a pattern such as `s3:*` means the actions in the
//!   ledger, plus those the policies name.
//! * Keys hang together as AWS documents: `aws:Source*` only on calls by services,
//!   `aws:PrincipalOrgID` only for the organization's own principals, `s3:TlsVersion` only over TLS, a
//!   VPC endpoint hides `aws:SourceIp`. Keys that are not catalogued may be present or absent on any
//!   request: sound for "holds"; a witness may then be exotic.
//! * Not considered: ACLs, KMS grants, VPC endpoint policies, access points, Block Public Access.
//!
//! "Undecided" is answered for a policy variable compared with a key whose value is not known, for
//! anything not understood, and when there is too much to go through (2 * 10^7 steps, such as a
//! statement looked at, or 20,000 states of a glob product): about a second of work. Whoever cannot
//! wait that long ends it sooner with [`Cancellation`]. A question that fits no caller, action and
//! resource is undecided too: nothing was examined.
//!
//! # The traps, and the tests that hold them
//!
//! Each is a test in `tests/traps.rs`; `tests/mutation.py` takes the rules out one at a time and must
//! see a test fail. It makes 68 mutants: 55 of the rules below, 9 of the parser and the search, 4 of partitions. The first
//! full run left 5 alive: one changed nothing (a real one replaced it), and four showed what no test
//! held (values between and beyond the limits of numbers, users as opposed to roles, the cap on
//! combinations). With `tests/cells.rs` and a test of the cap added, a second full run killed all 64 of then.
//! Taking out one rule is not taking out any line: these mutants are chosen by hand.
//!
//! | # | rule | test |
//! |---|---|---|
//! | 1 | operators and keys AND, values OR, values of a negated operator NOR | `trap_01_operators_and_keys_and_values_or_negated_nor` |
//! | 2 | an absent key: positive operator false, negated true | `trap_02_absent_key_positive_false_negated_true` |
//! | 3 | `IfExists` is true when absent | `trap_03_if_exists_is_true_when_absent` |
//! | 4 | `Null` tests presence, in every spelling | `trap_04_null_tests_presence_in_every_spelling` |
//! | 5 | `ForAllValues` vacuously true, `ForAnyValue` not, negated NOR per value | `trap_05_set_operators` |
//! | 6 | a plain operator never matches a multivalued key | `trap_06_a_plain_operator_never_matches_a_multivalued_key` |
//! | 7 | ARN operators glob component by component | `trap_07_arn_operators_glob_by_component` |
//! | 8 | `aws:PrincipalArn` of a session is its role's | `trap_08_principal_arn_of_a_session_is_the_roles` |
//! | 9 | key names and actions ignore case, values do not | `trap_09_what_ignores_case` |
//! | 10 | numbers compare as numbers | `trap_10_numbers_compare_as_numbers` |
//! | 11 | dates compare as instants | `trap_11_dates_compare_as_instants` |
//! | 12 | IPv4 and IPv6 never match each other | `trap_12_address_families_never_meet` |
//! | 13 | variables by version and place | `trap_13_variables_by_version_and_place` |
//! | 14 | unresolved variables match nothing, substituted text is literal | `trap_14_unresolved_variables_match_nothing_and_text_is_literal` |
//! | 15 | principals match exactly, map entries OR | `trap_15_principals_match_exactly_and_map_entries_or` |
//! | 16 | an account delegates in Allow, covers all in Deny | `trap_16_an_account_delegates_in_allow_and_covers_all_in_deny` |
//! | 17 | same account either side, across accounts both | `trap_17_one_side_or_both` |
//! | 18 | what boundaries and session policies cut | `trap_18_what_boundaries_and_sessions_cut` |
//! | 19 | keys trust nobody by themselves | `trap_19_keys_trust_nobody_by_themselves` |
//! | 20 | `NotPrincipal` spares only who is listed in full | `trap_20_not_principal_spares_only_who_is_listed_in_full` |
//! | 21 | SCPs: an Allow on every level, a Deny on any | `trap_21_an_allow_on_every_level_and_a_deny_on_any` |
//! | 22 | who is outside every SCP | `trap_22_who_is_outside_every_scp` |
//! | 23 | what RCPs protect, and from whom | `trap_23_what_rcps_protect_and_from_whom` |
//! | 24 | keys hang together with the caller | `trap_24_keys_hang_together` |
//! | 25 | the root user owns its account | `trap_25_the_root_user_owns_its_account` |

pub mod actions;
mod cancellation;
mod condition;
mod context;
mod decide;
mod decision;
mod evaluate;
mod exemption;
mod glob;
mod json;
mod model;
mod parse;
mod partition;
mod principal;
mod problem;
mod prove;
mod read;
mod scalar;
mod template;
mod tri;

pub use cancellation::Cancellation;
pub use context::{Context, ContextValue};
pub use decide::{Policies, Request, decide};
pub use decision::{Decided, Decision, Layer, StatementRef};
pub use glob::{Glob, Token};
pub use model::{Effect, Policy, Statement, Version};
pub use partition::Partition;
pub use principal::Principal;
pub use problem::{ParseError, Position, Problem, Severity, Span};
pub use prove::{
    Account, Allowed, Answer, Callers, Identities, Identity, Levels, Organization, Question, Scene, Source, Unsettled,
    Violations, Who, Witness, always, difference, never, violations, who_can,
};
pub use read::Named;
