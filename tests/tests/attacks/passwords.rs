//! What may be a password, and that it is checked exactly as it was typed.

use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Answer, Database, Device, ServerUnderTest};

on_both_databases!(
    passwords_are_counted_in_characters,
    a_password_is_any_text_and_is_checked_as_typed,
    guessable_passwords_and_own_words_are_refused,
);

async fn sign_up(server: &ServerUnderTest, username: &str, password: &str) -> Answer {
    let email = format!("{username}@example.org");
    let request = Device::new("First").create_account(server, username, &email, password);
    server.http().post("/v1/accounts", &request).await
}

#[track_caller]
fn refused_as(answer: &Answer, code: FieldCode) {
    let problem = answer.problem();
    assert_eq!(problem.code, ProblemCode::InvalidFields);
    let found: Vec<_> = problem
        .fields
        .iter()
        .map(|field| (field.field.as_str(), field.code))
        .collect();
    assert_eq!(found, [("password", code)]);
}

/// ASVS V6.2.1, V6.2.9: 15 to 256, whatever they take in bytes.
async fn passwords_are_counted_in_characters(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let crabs = "🦀🐙🦊🐳🦉🐝🦋🐢🦔🐧🦜🐞🦩🐿🦚";
    assert_eq!(crabs.chars().count(), 15);
    sign_up(&server, "enough", crabs).await.expect(201);
    let short: String = crabs.chars().take(14).collect();
    refused_as(
        &sign_up(&server, "short", &short).await,
        FieldCode::TooShort,
    );
    let sentence =
        "Four brass kettles stand on the shelf beside a window, and nobody has polished them. "
            .repeat(4);
    let longest: String = sentence.chars().take(256).collect();
    sign_up(&server, "longest", &longest).await.expect(201);
    let longer: String = sentence.chars().take(257).collect();
    refused_as(
        &sign_up(&server, "longer", &longer).await,
        FieldCode::TooLong,
    );
    refused_as(&sign_up(&server, "none", "").await, FieldCode::Required);
}

/// ASVS V6.2.5, V6.2.8: no composition rules; no truncation, no case folding, no trimming.
async fn a_password_is_any_text_and_is_checked_as_typed(database: Database) {
    let server = ServerUnderTest::start(database).await;
    let long = "brass kettle, copper lantern and a very old map; ".repeat(4);
    let passwords = [
        "only lower case letters",
        "  spaces   around  and  inside  ",
        "кириллица и ещё немного",
        "quotes \" ' ` and \\ % $1 ; --",
        "tab\tand nul\u{0} and bell\u{7} inside",
        "83920174650391827465",
        "e\u{301}te\u{301} a\u{300} la campagne verte",
        long.as_str(),
    ];
    for (number, password) in passwords.iter().enumerate() {
        let username = format!("person-{number}");
        sign_up(&server, &username, password).await.expect(201);
        let attempt = async |typed: &str| {
            let request = Device::new("Other").sign_in(&server, &username, typed);
            server.http().post("/v1/sessions", &request).await
        };
        let mut others = vec![
            format!("{password} "),
            format!(" {password}"),
            password
                .chars()
                .take(password.chars().count() - 1)
                .collect(),
        ];
        let flipped: String = password
            .chars()
            .map(|character| {
                if character.is_lowercase() {
                    character.to_uppercase().next().unwrap()
                } else {
                    character
                }
            })
            .collect();
        if flipped != *password {
            others.push(flipped);
        }
        for place in [72, 128] {
            if password.chars().count() > place {
                let altered = password.chars().enumerate();
                others.push(
                    altered
                        .map(|(at, character)| if at == place { '#' } else { character })
                        .collect(),
                );
            }
        }
        // Five wrong ones are free; the right one in between gives them back.
        for chunk in others.chunks(4) {
            for other in chunk {
                attempt(other).await.expect_code(ProblemCode::SignInRefused);
            }
            attempt(password).await.expect(201);
        }
        // Two keyboards that compose an accent differently type the same password.
        let composed = password
            .replace("e\u{301}", "\u{e9}")
            .replace("a\u{300}", "\u{e0}");
        attempt(&composed).await.expect(201);
    }
}

/// ASVS V6.1.2, V6.2.11: what the account and the product are called is no password.
async fn guessable_passwords_and_own_words_are_refused(database: Database) {
    let server = ServerUnderTest::start(database).await;
    for (password, code) in [
        ("aaaaaaaaaaaaaaaaaaaa", FieldCode::TooCommon),
        ("passwordpassword", FieldCode::TooCommon),
        ("qwertyuiopasdfghjkl", FieldCode::TooCommon),
        ("kowalska-Latchkey-77", FieldCode::ContainsContext),
        ("Latchkey-91-Latchkey-4x", FieldCode::ContainsContext),
        ("KOWALSKA!kowalska!47zq", FieldCode::ContainsContext),
    ] {
        refused_as(&sign_up(&server, "kowalska", password).await, code);
    }
}
