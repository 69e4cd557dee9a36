//! Accounts nobody knows: one id for each class of ids that the policies can tell apart.
//!
//! A condition can single out accounts by number, by part of a number or inside an ARN; whoever is outside the
//! organization may be of any of them. Must not know callers or services.

use crate::glob::{Glob, Token};
use crate::parse::is_account;
use crate::prove::atoms::Atoms;
use crate::prove::automaton::{self, Machine};
use crate::prove::effort::Effort;
use crate::template::{Piece, Shape, Template};

/// Keys that tell the account of a caller.
pub(crate) const CALLER: [&str; 3] = ["aws:principalaccount", "kms:calleraccount", "aws:principalarn"];
/// Keys that tell the account a service acts for.
pub(crate) const SOURCE: [&str; 3] = ["aws:sourceaccount", "aws:sourcearn", "kms:encryptioncontext:aws:cloudtrail:arn"];
/// Ids for "anybody else", the first that is free.
const ELSE: [&str; 4] = ["999999999999", "888888888888", "123456789012", "777777777777"];

/// Ids that are not taken, one per class the keys tell apart; `None` if there are too many classes.
pub(crate) fn ids(
    atoms: &Atoms<'_>,
    keys: &[&str],
    taken: &dyn Fn(&str) -> bool,
    effort: &Effort,
) -> Option<Vec<String>> {
    let mut machines: Vec<Machine> = Vec::new();
    for (template, _) in keys.iter().flat_map(|key| atoms.templates(key)) {
        for machine in components(template).into_iter().filter(numbered).map(|part| Machine::glob(&part)) {
            effort.spend(1 + machines.len()).ok()?;
            if !machines.contains(&machine) {
                machines.push(machine);
            }
        }
    }
    // Numbers written in full need no search: each is a class, and all others are one.
    if machines.iter().all(|machine| machine.literal().is_some()) {
        let named: Vec<String> = machines.iter().filter_map(Machine::literal).filter(|id| is_account(id)).collect();
        let other = ELSE.into_iter().find(|id| !taken(id) && !named.iter().any(|known| known == id));
        let strangers = named.iter().filter(|id| !taken(id)).cloned().chain(other.map(str::to_owned));
        return Some(strangers.collect());
    }
    let classes = automaton::classes(Some(&Machine::account()), &machines, effort)?;
    let mut found: Vec<String> = Vec::new();
    for class in classes {
        effort.spend(ELSE.len() * (1 + machines.len())).ok()?;
        let same = |id: &str| machines.iter().map(|machine| machine.matches(id)).eq(class.accepts.iter().copied());
        let other = ELSE.into_iter().find(|id| !taken(id) && same(id)).map(str::to_owned);
        found.extend(other.or_else(|| Some(class.text.clone()).filter(|id| !taken(id))));
    }
    Some(found)
}

/// The parts between colons that hold no variable.
fn components(template: &Template) -> Vec<Glob> {
    let pieces: Vec<Option<Token>> = match &template.shape {
        Shape::Text(glob) => glob.tokens().into_iter().map(Some).collect(),
        Shape::Arn(arn) => return arn.parts.to_vec(),
        Shape::NotArn => return Vec::new(),
        Shape::Variable { pieces, .. } => {
            pieces.iter().map(|piece| if let Piece::Token(token) = piece { Some(*token) } else { None }).collect()
        }
    };
    let parts = pieces.split(|piece| *piece == Some(Token::Char(':')));
    parts.filter_map(|part| part.iter().copied().collect::<Option<Vec<Token>>>()).map(Glob::from_tokens).collect()
}

/// Whether a part can single out account ids.
fn numbered(part: &Glob) -> bool {
    let tokens = part.tokens();
    let fits = |token: &Token| !matches!(token, Token::Char(c) if !c.is_ascii_digit());
    tokens.iter().all(fits) && tokens.iter().any(|token| matches!(token, Token::Char(_)))
}
