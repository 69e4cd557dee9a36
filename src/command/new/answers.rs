//! What a new control is to be: given by options, or asked of a person one after the other.

use cucumber::gherkin;
use logproof_steps::guide::Below;

use super::{ControlArgs, Severity, error::NewError};
use crate::{
    catalogue::{
        self, SEVERITIES,
        vocabulary::{Resolved, Vocabulary},
    },
    console::Person,
};

/// A control as its author wants it. Sentences may have more lines than one: what stands below them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) severity: String,
    pub(super) frameworks: Vec<String>,
    pub(super) given: Vec<String>,
    pub(super) then: Vec<String>,
}

impl Draft {
    /// Takes what is given, and asks for what is not.
    pub(super) fn complete(
        args: &ControlArgs,
        vocabulary: &Vocabulary,
        person: Option<&mut dyn Person>,
    ) -> Result<Self, NewError> {
        let mut draft = Self {
            id: args.id.clone(),
            title: args.title.as_deref().map(one_line).unwrap_or_default(),
            severity: word(args.severity.unwrap_or_default()).to_owned(),
            frameworks: args.frameworks.clone(),
            given: args.given.iter().map(|text| without("Given ", text)).collect(),
            then: args.then.iter().map(|text| without("Then ", text)).collect(),
        };
        match person {
            Some(person) => Interview { person, vocabulary }.complete(&mut draft, args)?,
            None => {
                let missing = [("--title", draft.title.is_empty()), ("--then", draft.then.is_empty())];
                let options: Vec<&str> =
                    missing.into_iter().filter(|(_, missing)| *missing).map(|(option, _)| option).collect();
                if !options.is_empty() {
                    return Err(NewError::Missing { options });
                }
            }
        }
        Ok(draft)
    }
}

/// The words of a text in one line, without a full stop at its end.
fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_end_matches('.').to_owned()
}

fn without(keyword: &str, text: &str) -> String {
    let text = text.trim();
    text.strip_prefix(keyword).unwrap_or(text).trim().to_owned()
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}

/// Asks a person for what is missing.
struct Interview<'a> {
    person: &'a mut dyn Person,
    vocabulary: &'a Vocabulary,
}

impl Interview<'_> {
    fn complete(&mut self, draft: &mut Draft, args: &ControlArgs) -> Result<(), NewError> {
        while draft.title.is_empty() {
            draft.title = one_line(&self.ask("what is required, as a sentence", "--title")?);
        }
        // Somebody who gives the sentences wants the default for what is not given.
        if args.severity.is_none() && args.then.is_empty() {
            draft.severity = self.severity()?;
        }
        if draft.then.is_empty() {
            if draft.given.is_empty() {
                let question =
                    "Given (what is examined, for example `every bucket of every active account`; nothing: none)";
                draft.given.extend(self.sentence("Given", question)?);
            }
            let mut question = "Then (what must be true of it, for example `Block Public Access is on`)";
            loop {
                match self.sentence("Then", question)? {
                    Some(sentence) => draft.then.push(sentence),
                    None if draft.then.is_empty() => continue,
                    None => break,
                }
                question = "And (another sentence; nothing: no more)";
            }
        }
        Ok(())
    }

    fn ask(&mut self, question: &str, option: &'static str) -> Result<String, NewError> {
        let answer = self.person.answer(question).map_err(|source| NewError::NoTerminal { source, option })?;
        answer.map(|line| line.trim().to_owned()).ok_or(NewError::NoAnswer { option })
    }

    fn severity(&mut self) -> Result<String, NewError> {
        let choices = SEVERITIES.join(", ");
        loop {
            let answer = self.ask(&format!("severity: {choices} [medium]"), "--severity")?.to_lowercase();
            if answer.is_empty() {
                return Ok("medium".to_owned());
            }
            if SEVERITIES.contains(&answer.as_str()) {
                return Ok(answer);
            }
        }
    }

    /// A sentence that is registered, with what stands below it; nothing when the person gives none.
    fn sentence(&mut self, keyword: &'static str, question: &str) -> Result<Option<String>, NewError> {
        let option = if keyword == "Given" { "--given" } else { "--then" };
        let mut question = question.to_owned();
        loop {
            let answer = without(&format!("{keyword} "), &self.ask(&question, option)?);
            if answer.is_empty() {
                return Ok(None);
            }
            match self.below(keyword, &answer) {
                Ok(below) => return Ok(Some(answer + &self.rows(below, option)?)),
                Err(problem) => question = format!("{problem}\n{keyword}"),
            }
        }
    }

    /// What must stand below a sentence; the error is what is wrong with the sentence, with those that are near.
    fn below(&self, keyword: &str, sentence: &str) -> Result<Below, String> {
        let step = step(keyword, sentence).ok_or_else(|| "this is no sentence".to_owned())?;
        match self.vocabulary.resolve(&step) {
            Resolved::One(found) => Ok(found.entry.map_or(Below::Nothing, |entry| entry.below)),
            Resolved::Ambiguous(several) => Err(format!("{} sentences match it", several.len())),
            Resolved::Undefined => {
                let near = self.vocabulary.nearest(sentence).into_iter().filter(|near| near.keyword == keyword);
                let near: Vec<String> = near.map(|near| format!("\n  {}", near.text)).collect();
                let hint = "\n  (`logproof steps --search WORD` lists them)".to_owned();
                let near = if near.is_empty() { hint } else { near.concat() };
                Err(format!("there is no such sentence; near to it:{near}"))
            }
        }
    }

    /// The lines below a sentence.
    fn rows(&mut self, below: Below, option: &'static str) -> Result<String, NewError> {
        let mut lines = String::new();
        match below {
            Below::Nothing => {}
            Below::Condition => {
                let condition =
                    self.ask("condition in one line, as {\"Bool\": {\"aws:SecureTransport\": \"false\"}}", option)?;
                lines = format!("\n\"\"\"\n{condition}\n\"\"\"");
            }
            Below::Fields => {
                let fields = self
                    .ask("fields of the record in one line, as {\"requestParameters\": {\"name\": \"x\"}}", option)?;
                lines = format!("\n\"\"\"\n{fields}\n\"\"\"");
            }
            Below::Table(of) => loop {
                let row = self.ask(&format!("one of the {of} in the table below (nothing: no more)"), option)?;
                if row.is_empty() {
                    break;
                }
                lines.push_str(&format!("\n| {} |", row.trim_matches('|').trim()));
            },
        }
        Ok(lines)
    }
}

/// A sentence as a step of a feature.
fn step(keyword: &str, sentence: &str) -> Option<gherkin::Step> {
    let feature = catalogue::parse(&format!("Feature: f\n  Scenario: s\n    {keyword} {sentence}\n")).ok()?;
    feature.scenarios.into_iter().next()?.steps.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Script;

    fn asked(args: &ControlArgs, answers: &[&'static str]) -> (Result<Draft, NewError>, Vec<String>) {
        let mut person = Script::of(answers);
        let draft = Draft::complete(args, &Vocabulary::registered(), Some(&mut person));
        (draft, person.questions)
    }

    #[test]
    fn what_no_option_answers_is_asked_until_it_can_be_used() {
        let args = ControlArgs { id: "ACME-1".to_owned(), ..ControlArgs::default() };
        let answers = [
            "",
            "Logs are kept.",
            "terrible",
            "high",
            "every bucket of every active acount",
            "every bucket of every active account",
            "",
            "Then only these principals can read its objects",
            "arn:aws:iam::222222222222:role/LogArchive-Administrator",
            "",
            "its versioning is on",
            "",
        ];
        let (draft, questions) = asked(&args, &answers);
        let draft = draft.unwrap();
        assert_eq!((draft.title.as_str(), draft.severity.as_str()), ("Logs are kept", "high"));
        assert_eq!(draft.given, ["every bucket of every active account"]);
        let readers =
            "only these principals can read its objects\n| arn:aws:iam::222222222222:role/LogArchive-Administrator |";
        assert_eq!(draft.then, [readers, "its versioning is on"]);
        assert_eq!(questions.len(), answers.len(), "{questions:#?}");
        assert!(questions[5].contains("near to it:\n  every bucket of {accounts}"), "{}", questions[5]);
    }

    #[test]
    fn an_end_of_the_answers_and_a_missing_option_name_what_would_help() {
        let args = ControlArgs { id: "ACME-1".to_owned(), ..ControlArgs::default() };
        let (draft, _) = asked(&args, &["Logs are kept"]);
        let error = draft.unwrap_err().to_string();
        assert!(error.contains("nothing was written") && error.contains("--severity"), "{error}");
        let error = Draft::complete(&args, &Vocabulary::registered(), None).unwrap_err().to_string();
        assert!(error.starts_with("--title and --then missing\nhint: "), "{error}");
    }
}
