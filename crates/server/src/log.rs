//! One line for each entry of a log, whatever somebody has put into a value (ASVS V16.4.1).

use std::borrow::Cow;
use std::io::{self, Write};

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// Writes entries with their control characters spelled out, so that none looks like two. Those of colours stay: the
/// subscriber spells them out itself where they are in a value.
#[derive(Clone, Copy, Debug)]
pub struct OneLine<M>(pub M);

/// Writes one entry.
#[derive(Debug)]
pub struct Line<W>(W);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for OneLine<M> {
    type Writer = Line<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self.0.make_writer())
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        Line(self.0.make_writer_for(metadata))
    }
}

impl<W: Write> Write for Line<W> {
    /// An entry comes whole.
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        self.0.write_all(&spelled_out(entry))?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// An entry without control characters before its end.
fn spelled_out(entry: &[u8]) -> Cow<'_, [u8]> {
    const ESCAPE: u8 = 0x1b;
    let is_plain = |octet: &u8| !octet.is_ascii_control() || matches!(*octet, b'\t' | ESCAPE);
    let (text, end) = match entry.strip_suffix(b"\n") {
        Some(text) => (text, &b"\n"[..]),
        None => (entry, &b""[..]),
    };
    if text.iter().all(is_plain) {
        return Cow::Borrowed(entry);
    }
    let mut line = Vec::with_capacity(entry.len() + 16);
    for octet in text {
        if is_plain(octet) {
            line.push(*octet);
        } else {
            line.extend(octet.escape_ascii());
        }
    }
    line.extend_from_slice(end);
    Cow::Owned(line)
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
            .with_writer(OneLine(Arc::new(file.reopen().unwrap())))
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
}
