//! The fields of a new entry: given by an option, asked of a person, or missing.
//!
//! Knows nothing of what an entry means; the register judges that when it is read.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::error::EntryError;
use crate::console::Person;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A day.
    Day,
    /// A day, or nothing.
    OptionalDay,
    /// `yes` or `no`.
    YesNo,
    /// Texts; separated by commas when they are typed.
    List,
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    key: &'static str,
    question: String,
    kind: Kind,
    given: Option<String>,
    default: Option<String>,
}

impl Field {
    /// A field of text.
    #[must_use]
    pub fn of(key: &'static str, question: &str, given: &Option<String>) -> Self {
        Self { key, question: question.to_owned(), kind: Kind::Text, given: given.clone(), default: None }
    }

    /// A field of texts.
    #[must_use]
    pub fn list(key: &'static str, question: &str, given: &[String]) -> Self {
        let given = (!given.is_empty()).then(|| given.join(","));
        Self { kind: Kind::List, ..Self::of(key, question, &given) }
    }

    /// What the field holds.
    #[must_use]
    pub fn as_a(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// What stands for no answer.
    #[must_use]
    pub fn or(self, default: Option<String>) -> Self {
        Self { default, ..self }
    }

    /// `--delivered-by`; a list is given one by one.
    fn option(&self) -> String {
        let name = if self.kind == Kind::List { self.key.trim_end_matches('s') } else { self.key };
        format!("--{}", name.replace('_', "-"))
    }

    fn read(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let day = |text: &str| {
            let day = text.parse::<Date>().map_err(|_| format!("`{text}` is no day: write it as 2026-01-31"))?;
            Ok(Value::String(day.to_string()))
        };
        match self.kind {
            Kind::OptionalDay if text.is_empty() => Ok(Value::Null),
            Kind::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                let items: Vec<Value> = items.map(|item| Value::String(item.to_owned())).collect();
                if items.is_empty() && self.default.is_none() {
                    return Err("at least one is needed".to_owned());
                }
                Ok(Value::Array(items))
            }
            Kind::Text if text.is_empty() && self.default.is_none() => Err("it may not be empty".to_owned()),
            Kind::Text if text.chars().any(char::is_control) => Err("it holds control characters".to_owned()),
            Kind::Text => Ok(Value::String(text.to_owned())),
            Kind::Day | Kind::OptionalDay => day(text),
            Kind::YesNo => match text.to_lowercase().as_str() {
                "yes" | "y" | "true" => Ok(Value::Bool(true)),
                "no" | "n" | "false" => Ok(Value::Bool(false)),
                _ => Err(format!("`{text}` is neither yes nor no")),
            },
        }
    }
}

/// The values of all fields.
///
/// # Errors
/// [`EntryError`]: what is missing when there is nobody to ask, or what cannot be used.
pub fn complete(fields: &[Field], mut person: Option<&mut dyn Person>) -> Result<Map<String, Value>, EntryError> {
    let mut values = Map::new();
    let mut missing = Vec::new();
    for field in fields {
        let value = match (&field.given, &mut person, &field.default) {
            (Some(given), ..) => field.read(given).map_err(|problem| unusable(field, problem))?,
            (None, Some(person), _) => ask(field, *person)?,
            (None, None, Some(default)) => field.read(default).map_err(|problem| unusable(field, problem))?,
            (None, None, None) => {
                missing.push(field.option());
                continue;
            }
        };
        values.insert(field.key.to_owned(), value);
    }
    if missing.is_empty() {
        values.retain(|_, value| !value.is_null());
        return Ok(values);
    }
    Err(EntryError::Missing { options: missing })
}

fn unusable(field: &Field, problem: String) -> EntryError {
    EntryError::Unusable { option: field.option(), problem, question: field.question.clone() }
}

fn ask(field: &Field, person: &mut dyn Person) -> Result<Value, EntryError> {
    let mut question = match field.default.as_deref() {
        None => field.question.clone(),
        Some("") => format!("{} [none]", field.question),
        Some(default) => format!("{} [{default}]", field.question),
    };
    loop {
        let answer =
            person.answer(&question).map_err(|source| EntryError::NoTerminal { source, option: field.option() })?;
        let Some(answer) = answer else {
            return Err(EntryError::NoAnswer { option: field.option() });
        };
        let text = match (answer.trim(), &field.default) {
            ("", Some(default)) => default,
            (typed, _) => typed,
        };
        match field.read(text) {
            Ok(value) => return Ok(value),
            Err(problem) => question = format!("{problem}\n{}", field.question),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Script;

    fn fields(name: Option<&str>) -> Vec<Field> {
        vec![
            Field::of("name", "the name", &name.map(str::to_owned)),
            Field::of("from", "first day", &None).as_a(Kind::Day).or(Some("2026-01-15".to_owned())),
            Field::of("until", "last day", &None).as_a(Kind::OptionalDay).or(Some(String::new())),
            Field::of("personal_data", "personal", &None).as_a(Kind::YesNo),
            Field::list("subjects", "subjects", &[]),
        ]
    }

    #[test]
    fn only_what_is_missing_is_asked_and_asked_again_until_it_can_be_used() {
        let mut person = Script::of(&["2026-02-30", "", "", "maybe", "Yes", " a , b "]);
        let values = complete(&fields(Some("flow")), Some(&mut person)).unwrap();
        let expected =
            serde_json::json!({"name": "flow", "from": "2026-01-15", "personal_data": true, "subjects": ["a", "b"]});
        assert_eq!(Value::Object(values), expected);
        assert_eq!(person.questions.len(), 6, "{:?}", person.questions);
        assert_eq!(person.questions[0], "first day [2026-01-15]");
        assert!(person.questions[1].contains("`2026-02-30` is no day"), "{:?}", person.questions);
    }

    #[test]
    fn an_end_of_the_answers_writes_nothing() {
        let mut person = Script::of(&["flow"]);
        let error = complete(&fields(None), Some(&mut person)).unwrap_err().to_string();
        assert!(error.contains("nothing was written") && error.contains("--from"), "{error}");
    }

    #[test]
    fn without_a_person_everything_missing_is_named_at_once() {
        let error = complete(&fields(None), None).unwrap_err().to_string();
        assert!(error.starts_with("--name, --personal-data, --subject are missing\nhint: "), "{error}");
        let error = complete(&fields(Some(" ")), None).unwrap_err().to_string();
        assert!(error.starts_with("cannot use --name: it may not be empty"), "{error}");
    }
}
