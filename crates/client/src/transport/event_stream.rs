//! Server-sent events (WHATWG HTML, section 9.2.6), as far as a stream without ids and retry times needs it.

use latchkey_protocol::identity::PROOF_FIELD;

/// The most octets that a line, or the data of one event, may have. Ours have a hundred.
const MAXIMUM: usize = 64 * 1024;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamItem {
    /// An event with its name and its data.
    Event {
        /// `message` where the stream names none.
        name: String,
        /// The lines of its data.
        data: String,
        /// What proves it ([`latchkey_protocol::identity::PROOF_FIELD`]); empty where there is none.
        proof: String,
    },
    /// A comment: the server is alive.
    Heartbeat,
}

/// The stream is longer in one place than any of ours would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line or an event of the stream is too long")]
pub struct TooLong;

/// Takes the octets of a stream as they come and gives its events.
#[derive(Debug, Default)]
pub struct EventStreamParser {
    line: Vec<u8>,
    after_carriage_return: bool,
    after_first_line: bool,
    name: String,
    data: String,
    has_data: bool,
    proof: String,
}

impl EventStreamParser {
    /// The events that `octets` complete. After an error the stream is of no use.
    pub fn push(&mut self, octets: &[u8]) -> Result<Vec<StreamItem>, TooLong> {
        let mut items = Vec::new();
        for &octet in octets {
            let ends_a_pair = std::mem::take(&mut self.after_carriage_return) && octet == b'\n';
            if ends_a_pair {
                continue;
            }
            match octet {
                b'\r' | b'\n' => {
                    self.after_carriage_return = octet == b'\r';
                    let line = std::mem::take(&mut self.line);
                    items.extend(self.line(&line)?);
                }
                _ if self.line.len() >= MAXIMUM => return Err(TooLong),
                _ => self.line.push(octet),
            }
        }
        Ok(items)
    }

    fn line(&mut self, line: &[u8]) -> Result<Option<StreamItem>, TooLong> {
        let line = String::from_utf8_lossy(line);
        let line = if std::mem::replace(&mut self.after_first_line, true) {
            line.as_ref()
        } else {
            line.strip_prefix('\u{FEFF}').unwrap_or(&line)
        };
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => return Ok(Some(StreamItem::Heartbeat)),
            "event" => value.clone_into(&mut self.name),
            PROOF_FIELD => value.clone_into(&mut self.proof),
            "data" => {
                if self.data.len() + value.len() >= MAXIMUM {
                    return Err(TooLong);
                }
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push('\n');
                }
                self.data.push_str(value);
            }
            _ => {}
        }
        Ok(None)
    }

    /// An event without data is none.
    fn dispatch(&mut self) -> Option<StreamItem> {
        let (name, data, proof) = (
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.data),
            std::mem::take(&mut self.proof),
        );
        std::mem::take(&mut self.has_data).then(|| StreamItem::Event {
            name: if name.is_empty() {
                "message".to_owned()
            } else {
                name
            },
            data,
            proof,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> StreamItem {
        StreamItem::Event {
            name: name.to_owned(),
            data: data.to_owned(),
            proof: String::new(),
        }
    }

    #[test]
    fn events_are_read_whatever_ends_their_lines() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = [
                "\u{FEFF}event: revision",
                "data: 42",
                "",
                ": alive",
                "event:ended",
                "data:{",
                "data: }",
                "id: 7",
                "retry: 1",
                "",
                "event: without data",
                "",
                "data",
                "",
                "data: cut off",
            ]
            .join(end);
            let expected = [
                event("revision", "42"),
                StreamItem::Heartbeat,
                event("ended", "{\n}"),
                event("message", ""),
            ];
            assert_eq!(
                EventStreamParser::default().push(stream.as_bytes()),
                Ok(expected.to_vec()),
                "{end:?}"
            );
        }
    }

    #[test]
    fn a_stream_without_an_end_of_line_is_given_up() {
        let mut parser = EventStreamParser::default();
        let chunk = [b'x'; 1_000];
        let pushed = (0..1_000)
            .take_while(|_| parser.push(&chunk).is_ok())
            .count();
        assert!((60..=66).contains(&pushed), "{pushed}");
    }

    #[test]
    fn an_event_without_an_end_is_given_up() {
        let mut parser = EventStreamParser::default();
        let pushed = (0..1_000_000)
            .take_while(|_| parser.push(b"data: 0123456789\n").is_ok())
            .count();
        assert!(pushed < 10_000, "{pushed}");
    }

    proptest::proptest! {
        #[test]
        fn it_does_not_matter_how_a_stream_is_cut(stream in proptest::collection::vec(proptest::sample::select(b"ad:te \r\n\xC3\xA4".to_vec()), 0..200), cut in 0usize..200) {
            let whole = EventStreamParser::default().push(&stream);
            let cut = cut.min(stream.len());
            let mut parser = EventStreamParser::default();
            let parts = parser.push(&stream[..cut]).and_then(|mut items| {
                items.extend(parser.push(&stream[cut..])?);
                Ok(items)
            });
            proptest::prop_assert_eq!(whole, parts);
        }
    }
}
