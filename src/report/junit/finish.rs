//! The second pass over the document of `junit-report`: one event at a time, it writes the attributes and elements the
//! crate cannot express, and turns CDATA into text.

use std::io::{self, Write};

use logproof_estate::assessment::Assessment;
use quick_xml::{
    Reader, Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::{Case, Kind, Suite, properties, text};
use crate::report::identity::title;

/// Writes the finished document.
pub(super) fn finish(
    draft: &[u8],
    assessment: &Assessment,
    suites: &[Suite<'_>],
    rich: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut pass =
        Pass { writer: Writer::new_with_indent(out, b' ', 1), assessment, suites, rich, next_suite: 0, next_case: 0 };
    let mut reader = Reader::from_reader(draft);
    loop {
        match reader.read_event().map_err(io::Error::other)? {
            Event::Eof => break,
            event => pass.event(event)?,
        }
    }
    pass.writer.get_mut().write_all(b"\n")
}

struct Pass<'a, 'b> {
    writer: Writer<&'b mut dyn Write>,
    assessment: &'a Assessment,
    suites: &'a [Suite<'a>],
    rich: bool,
    /// Suites begun so far.
    next_suite: usize,
    /// Cases of the current suite begun so far.
    next_case: usize,
}

impl Pass<'_, '_> {
    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Decl(_) => self.put(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))),
            Event::Start(tag) => self.open(&tag, false),
            Event::Empty(tag) => self.open(&tag, true),
            Event::CData(data) => {
                let escaped = String::from_utf8(data.into_inner().into_owned()).map_err(io::Error::other)?;
                self.put(Event::Text(BytesText::from_escaped(escaped)))
            }
            other => self.put(other),
        }
    }

    fn put(&mut self, event: Event<'_>) -> io::Result<()> {
        self.writer.write_event(event)
    }

    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) -> io::Result<()> {
        match tag.name().as_ref() {
            b"testsuites" => {
                let root = self.root();
                self.put(if empty { Event::Empty(root) } else { Event::Start(root) })
            }
            b"testsuite" => self.suite(tag),
            b"testcase" => self.case(tag, empty),
            b"skipped" if !self.rich => {
                // The Ant schema has no `type` here; the message begins with the verdict in any case.
                let mut skipped = BytesStart::new("skipped");
                skipped.push_attribute(("message", attribute(tag, "message")?.as_str()));
                self.put(if empty { Event::Empty(skipped) } else { Event::Start(skipped) })
            }
            _ if empty => self.put(Event::Empty(tag.borrow())),
            _ => self.put(Event::Start(tag.borrow())),
        }
    }

    fn root(&self) -> BytesStart<'static> {
        let mut root = BytesStart::new("testsuites");
        if self.rich {
            let total = |kind| self.suites.iter().map(|suite| suite.count(kind)).sum::<usize>().to_string();
            let tests: usize = self.suites.iter().map(|suite| suite.cases.len()).sum();
            root.push_attribute(("name", text(&title(self.assessment)).as_str()));
            root.push_attribute(("tests", tests.to_string().as_str()));
            root.push_attribute(("failures", total(Kind::Failed).as_str()));
            root.push_attribute(("errors", total(Kind::Error).as_str()));
            root.push_attribute(("skipped", total(Kind::Skipped).as_str()));
            root.push_attribute(("time", seconds(self.suites.iter().map(Suite::millis).sum()).as_str()));
        }
        root
    }

    fn suite(&mut self, draft: &BytesStart<'_>) -> io::Result<()> {
        let Some(suite) = self.suites.get(self.next_suite) else {
            return Err(io::Error::other("the draft has more suites than the model"));
        };
        self.next_suite += 1;
        self.next_case = 0;
        let mut tag = BytesStart::new("testsuite");
        for name in ["id", "name", "package", "hostname"] {
            tag.push_attribute((name, attribute(draft, name)?.as_str()));
        }
        tag.push_attribute(("tests", suite.cases.len().to_string().as_str()));
        tag.push_attribute(("failures", suite.count(Kind::Failed).to_string().as_str()));
        tag.push_attribute(("errors", suite.count(Kind::Error).to_string().as_str()));
        tag.push_attribute(("skipped", suite.count(Kind::Skipped).to_string().as_str()));
        // The Ant schema knows neither zones nor fractions of a second.
        let started = self.assessment.run.started.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        tag.push_attribute(("timestamp", started.as_str()));
        tag.push_attribute(("time", seconds(suite.millis()).as_str()));
        self.put(Event::Start(tag))?;
        let about = self.about_run();
        self.properties(&about)
    }

    fn about_run(&self) -> Vec<(String, String)> {
        let run = &self.assessment.run;
        let mut all = vec![
            ("run".to_owned(), run.id.clone()),
            ("tool".to_owned(), self.assessment.tool.to_string()),
            ("as-of".to_owned(), run.as_of.to_string()),
            ("target".to_owned(), run.target.caution().unwrap_or_else(|| "live accounts".to_owned())),
        ];
        all.extend(run.organization.iter().map(|id| ("organization".to_owned(), id.clone())));
        all.extend(run.caller.iter().map(|caller| ("caller".to_owned(), caller.arn.clone())));
        all.extend(run.incomplete.iter().map(|why| ("incomplete".to_owned(), why.clone())));
        all
    }

    fn properties(&mut self, all: &[(String, String)]) -> io::Result<()> {
        self.put(Event::Start(BytesStart::new("properties")))?;
        for (name, value) in all {
            let mut property = BytesStart::new("property");
            property.push_attribute(("name", name.as_str()));
            property.push_attribute(("value", text(value).as_str()));
            self.put(Event::Empty(property))?;
        }
        self.put(Event::End(BytesEnd::new("properties")))
    }

    fn case(&mut self, draft: &BytesStart<'_>, empty: bool) -> io::Result<()> {
        let suite = self.next_suite.checked_sub(1).and_then(|index| self.suites.get(index));
        let Some(case) = suite.and_then(|suite| suite.cases.get(self.next_case)) else {
            return Err(io::Error::other("the draft has more cases than the model"));
        };
        self.next_case += 1;
        let mut tag = BytesStart::new("testcase");
        for name in ["classname", "name"] {
            tag.push_attribute((name, attribute(draft, name)?.as_str()));
        }
        tag.push_attribute(("time", seconds(case.scenario.duration_ms).as_str()));
        if self.rich {
            tag.push_attribute(("file", format!("features/{}", text(&case.control.feature)).as_str()));
            tag.push_attribute(("line", case.scenario.line.to_string().as_str()));
        }
        self.write_case(tag, case, empty)
    }

    fn write_case(&mut self, tag: BytesStart<'_>, case: &Case<'_>, empty: bool) -> io::Result<()> {
        if empty && !self.rich {
            return self.put(Event::Empty(tag));
        }
        self.put(Event::Start(tag))?;
        if self.rich {
            self.properties(&properties(case))?;
        }
        if empty {
            self.put(Event::End(BytesEnd::new("testcase")))?;
        }
        Ok(())
    }
}

/// An attribute of the draft, unescaped.
fn attribute(tag: &BytesStart<'_>, name: &str) -> io::Result<String> {
    let found = tag.try_get_attribute(name).map_err(io::Error::other)?;
    let value = found.ok_or_else(|| io::Error::other(format!("the draft has no attribute `{name}`")))?;
    Ok(value.unescape_value().map_err(io::Error::other)?.into_owned())
}

/// Seconds with three decimals: more are refused by Jenkins' schema.
fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}
