//! The checklist of a new password, as one types.

use std::time::Instant;

use latchkey_client::password::PasswordCheckForm;

use crate::device::{self, LocalServer};
use crate::figure::{Figure, Target, percentile};
use crate::{Arguments, Outcome, person};

/// What people type: words, a sentence, what a generator makes, and the longest that is admitted.
const TYPED: [&str; 5] = [
    "correct horse battery staple",
    "Tr0ub4dor&3 anna kowalska latchkey",
    "zx9!Kq#2vLm@8pRw$5tYb^7nHd&4gJf*",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "wenn der Mond über dem Fluss steht, gehen wir noch einmal bis zur Brücke und zurück",
];

/// The p99 of one answer after each letter, in the client of somebody who is signed in.
pub async fn checklist(arguments: &Arguments) -> Outcome<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let server = LocalServer::start(&folder.path().join("server")).await?;
    person::create_account(&server.url, device::USERNAME).await?;
    let client = device::open(&folder.path().join("device")).await?;
    device::sign_in(&client, &server, true).await?;
    device::until_current(&client).await?;
    let longest = "lorem ipsum dolor sit amet ".repeat(10);
    let longest: String = longest.chars().take(256).collect();
    let mut samples = Vec::new();
    for _ in 0..if arguments.quick { 1 } else { 10 } {
        for text in TYPED.iter().copied().chain([longest.as_str()]) {
            for (end, letter) in text.char_indices() {
                let end = end + letter.len_utf8();
                let form = PasswordCheckForm {
                    second_factor: None,
                    password: text.get(..end).unwrap_or(text).to_owned(),
                    context: Vec::new(),
                };
                let begun = Instant::now();
                client.check_password(form).await?;
                samples.push(begun.elapsed().as_secs_f64() * 1_000.0);
            }
        }
    }
    server.stop().await?;
    Ok(vec![Figure {
        name: "checklist of a new password after a letter, p99",
        unit: "ms",
        value: percentile(&mut samples, 0.99),
        floor: None,
        target: Target::AtMost(5.0),
    }])
}
