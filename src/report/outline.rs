//! JSON that shows its outline: the outer levels are laid out for a reader, what is deeper stands on one line.
//!
//! A bundle holds some thousand observations; laid out to the last member, half of a report would be blanks.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// Writes a value with `levels` levels laid out, and a newline at the end.
///
/// # Errors
/// When `out` cannot be written, or the value has no form in JSON.
pub fn write(value: &impl Serialize, levels: usize, out: &mut dyn Write) -> io::Result<()> {
    let formatter = Outline { levels, depth: 0, pretty: PrettyFormatter::new(), compact: CompactFormatter };
    value.serialize(&mut Serializer::with_formatter(&mut *out, formatter))?;
    writeln!(out)
}

struct Outline {
    levels: usize,
    /// Arrays and objects that are open.
    depth: usize,
    pretty: PrettyFormatter<'static>,
    compact: CompactFormatter,
}

/// Hands an event to the formatter of the level it is on.
macro_rules! by_level {
    ($self:ident, $event:ident($($argument:expr),*)) => {
        if $self.depth <= $self.levels { $self.pretty.$event($($argument),*) } else { $self.compact.$event($($argument),*) }
    };
}

impl Formatter for Outline {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        by_level!(self, begin_array(writer))
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let ended = by_level!(self, end_array(writer));
        self.depth -= 1;
        ended
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        by_level!(self, begin_array_value(writer, first))
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        by_level!(self, end_array_value(writer))
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        by_level!(self, begin_object(writer))
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let ended = by_level!(self, end_object(writer));
        self.depth -= 1;
        ended
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        by_level!(self, begin_object_key(writer, first))
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        by_level!(self, begin_object_value(writer))
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        by_level!(self, end_object_value(writer))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_outer_levels_are_laid_out_and_the_inner_are_not() {
        let value = json!({"a": [{"b": [1, {"c": 2}], "d": {}}, []], "e": [], "f": "x"});
        let text = |levels| {
            let mut text = Vec::new();
            super::write(&value, levels, &mut text).unwrap();
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&text).unwrap(), value);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(text(0), format!("{value}\n"));
        assert_eq!(text(9), format!("{value:#}\n"));
        assert_eq!(
            text(2),
            "{\n  \"a\": [\n    {\"b\":[1,{\"c\":2}],\"d\":{}},\n    []\n  ],\n  \"e\": [],\n  \"f\": \"x\"\n}\n"
        );
    }
}
