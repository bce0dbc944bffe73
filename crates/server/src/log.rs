//! One line for each entry of a log, whatever somebody has put into a value (ASVS V16.4.1).

use std::borrow::Cow;
use std::io::{self, Write};

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// Writes entries with their control characters spelled out, so that none looks like two and none moves the cursor of the
/// terminal that it is read in.
#[derive(Clone, Copy, Debug)]
pub struct OneLine<M> {
    /// To where.
    pub to: M,
    /// Whether sequences that set colours stay: for a terminal.
    pub colours: bool,
}

/// Writes one entry.
#[derive(Debug)]
pub struct Line<W> {
    to: W,
    colours: bool,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLine<M> {
    type Writer = Line<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line {
            to: self.to.make_writer(),
            colours: self.colours,
        }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        Line {
            to: self.to.make_writer_for(metadata),
            colours: self.colours,
        }
    }
}

impl<W: Write> Write for Line<W> {
    /// An entry comes whole.
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        self.to.write_all(&spelled_out(entry, self.colours))?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// An entry without control characters before its end, but for colours where they are wanted.
fn spelled_out(entry: &[u8], colours: bool) -> Cow<'_, [u8]> {
    let is_plain = |octet: &u8| !octet.is_ascii_control() || *octet == b'\t';
    let (mut rest, end) = match entry.strip_suffix(b"\n") {
        Some(text) => (text, &b"\n"[..]),
        None => (entry, &b""[..]),
    };
    if rest.iter().all(is_plain) {
        return Cow::Borrowed(entry);
    }
    let mut line = Vec::with_capacity(entry.len() + 16);
    while let Some((octet, after)) = rest.split_first() {
        let colour = if colours { colour(rest) } else { 0 };
        if colour > 0 {
            line.extend_from_slice(&rest[..colour]);
            rest = &rest[colour..];
            continue;
        }
        if is_plain(octet) {
            line.push(*octet);
        } else {
            line.extend(octet.escape_ascii());
        }
        rest = after;
    }
    line.extend_from_slice(end);
    Cow::Owned(line)
}

/// The length of the sequence that `text` begins with, if that sets a colour (SGR, ECMA-48): `ESC [ 2 ; 31 m`.
fn colour(text: &[u8]) -> usize {
    let Some(numbers) = text.strip_prefix(b"\x1b[") else {
        return 0;
    };
    let length = numbers
        .iter()
        .take_while(|octet| octet.is_ascii_digit() || **octet == b';')
        .count();
    match numbers.get(length) {
        Some(b'm') => length + 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn an_entry_is_one_line_whatever_is_in_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .without_time()
            .with_writer(OneLine {
                to: Arc::new(file.reopen().unwrap()),
                colours: false,
            })
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let forged = "anna\r\n2026-11-30T00:00:00Z INFO signed in\u{1b}[2Jx\0ü";
            tracing::info!(%forged, "a text\nin two lines {forged}");
        });
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        assert!(text.ends_with('\n'));
        assert!(text.contains("anna\\r\\n2026"), "{text}");
        assert!(text.contains('ü'), "{text}");
        let control = |character: char| character.is_control() && character != '\n';
        assert!(!text.contains(control), "{text}");
    }

    #[test]
    fn a_terminal_gets_colours_and_nothing_else() {
        let entry = b"\x1b[2mnow\x1b[0m \x1b[1;31mx\x1b[2J\x1b]0;title\x07\x1b[\n";
        let plain = spelled_out(entry, false);
        assert!(!plain.contains(&0x1b));
        let coloured = spelled_out(entry, true);
        let expected = b"\x1b[2mnow\x1b[0m \x1b[1;31mx\\x1b[2J\\x1b]0;title\\x07\\x1b[\n";
        assert_eq!(*coloured, *expected);
    }
}
