//! Reads the reports that are marked up: JUnit, which is XML, and HTML, whose every element is closed but the void ones.

use std::collections::BTreeMap;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{Cell, Said};

type Read = Result<Said, String>;

/// What a document is made of.
enum Token {
    Open(Tag),
    Close(String),
    Text(String),
}

/// An element that begins.
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
}

impl Tag {
    fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    fn is(&self, name: &str, class: &str) -> bool {
        self.name == name && self.get("class").split(' ').any(|one| one == class)
    }
}

/// Elements of the HTML report that have no content and no end.
const VOID: [&str; 2] = ["br", "meta"];

/// Hands every token of a document to `see`; an element without content opens and closes.
fn tokens(text: &str, void: &[&str], mut see: impl FnMut(Token) -> Result<(), String>) -> Result<(), String> {
    let mut reader = Reader::from_str(text);
    // Void elements have no end: which one closes which is checked below.
    reader.config_mut().check_end_names = false;
    let wrong = |error: &dyn std::fmt::Display| error.to_string();
    let mut open: Vec<String> = Vec::new();
    loop {
        match reader.read_event().map_err(|error| wrong(&error))? {
            Event::Eof if open.is_empty() => return Ok(()),
            Event::Eof => return Err("it ends before its last element does".to_owned()),
            Event::Start(tag) => {
                let tag = read(&tag)?;
                let name = tag.name.clone();
                see(Token::Open(tag))?;
                if void.contains(&name.as_str()) {
                    see(Token::Close(name))?;
                } else {
                    open.push(name);
                }
            }
            Event::Empty(tag) => {
                let tag = read(&tag)?;
                let name = tag.name.clone();
                see(Token::Open(tag))?;
                see(Token::Close(name))?;
            }
            Event::End(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                if open.pop().as_ref() != Some(&name) {
                    return Err(format!("`{name}` ends where it is not open"));
                }
                see(Token::Close(name))?;
            }
            Event::Text(text) => see(Token::Text(text.decode().map_err(|error| wrong(&error))?.into_owned()))?,
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| wrong(&error))?;
                let whole = format!("&{name};");
                let text = quick_xml::escape::unescape(&whole).map_err(|error| wrong(&error))?;
                see(Token::Text(text.into_owned()))?;
            }
            _ => {}
        }
    }
}

fn read(tag: &BytesStart<'_>) -> Result<Tag, String> {
    let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let mut attributes = BTreeMap::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        let raw = std::str::from_utf8(&attribute.value).map_err(|error| error.to_string())?;
        let value = quick_xml::escape::unescape(raw).map_err(|error| error.to_string())?;
        attributes.insert(key, value.into_owned());
    }
    Ok(Tag { name, attributes })
}

/// Counts a suite claims, and those of its cases.
#[derive(Default)]
struct Suite {
    name: String,
    claimed: [usize; 4],
    counted: [usize; 4],
}

pub(super) fn junit(text: &str) -> Read {
    let mut said = Said::default();
    let mut scenarios: Vec<Cell> = Vec::new();
    let mut suite = Suite::default();
    tokens(text, &[], |token| {
        match token {
            Token::Open(tag) if tag.name == "testsuite" => {
                let number = |name: &str| tag.get(name).parse().map_err(|_| format!("a suite has no count `{name}`"));
                let claimed = [number("tests")?, number("failures")?, number("errors")?, number("skipped")?];
                suite = Suite { name: tag.get("name").to_owned(), claimed, counted: [0; 4] };
            }
            Token::Open(tag) if tag.name == "property" && tag.get("name") == "run" => {
                said.of_run(tag.get("value"));
            }
            Token::Open(tag) if tag.name == "testcase" => {
                suite.counted[0] += 1;
                scenarios.push(Cell::new(tag.get("name"), "PASS", None));
            }
            Token::Open(tag) => {
                let kind = ["failure", "error", "skipped"].iter().position(|kind| *kind == tag.name);
                if let (Some(kind), Some(case)) = (kind, scenarios.last_mut()) {
                    let verdict = tag.get("message").split(": ").next().unwrap_or_default();
                    let allowed: &[&str] = match kind {
                        0 => &["FAIL"],
                        1 => &["ERROR"],
                        _ => &["WAIVED", "MANUAL", "NOT-APPLICABLE"],
                    };
                    if !allowed.contains(&verdict) {
                        said.problems.push(format!("`{}` is {verdict} and a `{}`", case.name, tag.name));
                    }
                    verdict.clone_into(&mut case.verdict);
                    if let Some(counted) = suite.counted.get_mut(kind + 1) {
                        *counted += 1;
                    }
                }
            }
            Token::Close(name) if name == "testsuite" && suite.claimed != suite.counted => {
                let (claimed, counted) = (suite.claimed, suite.counted);
                said.problems.push(format!("suite `{}` claims {claimed:?} and holds {counted:?}", suite.name));
            }
            Token::Close(_) | Token::Text(_) => {}
        }
        Ok(())
    })?;
    said.scenarios = Some(scenarios);
    Ok(said)
}

/// Where the reading of a page stands.
#[derive(Default)]
struct Page {
    /// Elements that are open, by name and class.
    open: Vec<(String, String)>,
    control: String,
    /// Text of the heading or tile that is being read.
    text: String,
    scenario: Option<Cell>,
    controls: Vec<Cell>,
    scenarios: Vec<Cell>,
    counts: BTreeMap<String, usize>,
    number: String,
    run: Option<String>,
}

pub(super) fn html(text: &str) -> Read {
    let mut page = Page::default();
    tokens(text, &VOID, |token| {
        match token {
            Token::Open(tag) => page.begin(&tag),
            Token::Text(text) => page.text.push_str(&text),
            Token::Close(name) => page.end(&name)?,
        }
        Ok(())
    })?;
    Ok(Said {
        run: page.run,
        scenarios: Some(page.scenarios),
        controls: Some(page.controls),
        counts: Some(page.counts),
        problems: Vec::new(),
    })
}

impl Page {
    fn begin(&mut self, tag: &Tag) {
        if tag.name == "article" {
            tag.get("id").clone_into(&mut self.control);
        } else if tag.is("section", "scenario") {
            self.scenario = Some(Cell { name: String::new(), verdict: String::new(), findings: Some(0) });
        } else if tag.is("div", "finding")
            && !tag.is("div", "unseen")
            && let Some(findings) = self.scenario.as_mut().and_then(|scenario| scenario.findings.as_mut())
        {
            *findings += 1;
        }
        if tag.is("span", "badge") && self.inside("h4") {
            let name = format!("{} {}", self.control, self.text);
            if let Some(scenario) = &mut self.scenario {
                scenario.name = super::plain(&name);
            }
        }
        let starts = ["h4", "span", "b", "dt", "dd"].contains(&tag.name.as_str());
        if starts {
            self.text.clear();
        }
        self.open.push((tag.name.clone(), tag.get("class").to_owned()));
    }

    fn inside(&self, name: &str) -> bool {
        self.open.iter().any(|(open, _)| open == name)
    }

    fn end(&mut self, name: &str) -> Result<(), String> {
        let class = self.open.pop().map(|(_, class)| class).unwrap_or_default();
        let badge = name == "span" && class.starts_with("badge");
        if badge && self.inside("h4") {
            if let Some(scenario) = &mut self.scenario {
                self.text.trim().clone_into(&mut scenario.verdict);
            }
        } else if badge && self.inside("article") {
            self.controls.push(Cell::new(&self.control, self.text.trim(), None));
        } else if name == "b" && self.inside("ul") {
            self.text.trim().clone_into(&mut self.number);
        } else if name == "span" && class == "word" {
            let number = self.number.parse().map_err(|_| format!("`{}` is not a count", self.number))?;
            self.counts.insert(self.text.trim().to_owned(), number);
        } else if name == "section" && class.starts_with("scenario") {
            self.scenarios.extend(self.scenario.take());
        } else if name == "dt" && self.text.trim() == "Run" {
            self.number = "run".to_owned();
        } else if name == "dd" && self.number == "run" {
            self.run = Some(self.text.trim().to_owned());
            self.number.clear();
        }
        Ok(())
    }
}
