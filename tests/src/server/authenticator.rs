//! An authenticator app: `oathtool`, which is no code of ours, and people who have one.

use std::process::Command;

use latchkey_protocol::second_factor::{GiveCode, NewRecoveryCodes, SecondFactorBegun};
use latchkey_protocol::step_up::{Proof, SteppedUp};
use latchkey_protocol::time::Timestamp;

use super::{Answer, Person, ServerUnderTest};

/// An authenticator app that was given a key.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// The key, in Base32.
    pub secret: String,
}

impl Authenticator {
    /// The code that it shows at an instant.
    pub fn code(&self, at: Timestamp) -> String {
        let at = format!("@{}", at.0.div_euclid(Timestamp::SECOND));
        let output = Command::new("oathtool")
            .args(["--totp", "--base32", "--now", &at, &self.secret])
            .output()
            .expect("oathtool, of the Debian package of that name");
        assert!(output.status.success(), "{output:?}");
        let code = String::from_utf8(output.stdout).expect("digits");
        code.trim().to_owned()
    }

    /// A code that is wrong now, in the step before and in the one after.
    pub fn wrong(&self, at: Timestamp) -> String {
        let right = [-30, 0, 30].map(|seconds| self.code(at.plus_seconds(seconds)));
        ["000000", "111111", "222222", "333333"]
            .into_iter()
            .find(|code| right.iter().all(|right| right != code))
            .expect("one of four is wrong")
            .to_owned()
    }
}

/// A person with two-step sign-in on, stepped up by the password before it was.
#[derive(Clone, Debug)]
pub struct Protected {
    /// The person.
    pub person: Person,
    /// Their authenticator app.
    pub app: Authenticator,
    /// Their recovery codes.
    pub recovery_codes: Vec<String>,
}

impl Protected {
    /// A new account with a confirmed address, and two-step sign-in on. The server's clock has moved on to the next step,
    /// so that the app shows a code that was not used.
    pub async fn create(server: &ServerUnderTest, username: &str) -> Self {
        let person = Person::create_confirmed(server, username).await;
        Self::of(server, &person).await
    }

    /// The same for an account with a confirmed address that is there.
    pub async fn of(server: &ServerUnderTest, person: &Person) -> Self {
        let person = person.stepped_up(None).await;
        let begun: SecondFactorBegun = person.begin_second_factor().await.expect(200).json();
        let app = Authenticator {
            secret: begun.secret,
        };
        let enabled: NewRecoveryCodes = person
            .enable_second_factor(&app.code(server.now()))
            .await
            .expect(200)
            .json();
        server.clock().advance_seconds(30);
        Self {
            person,
            app,
            recovery_codes: enabled.recovery_codes,
        }
    }

    /// The code that the app shows now.
    pub fn code(&self, server: &ServerUnderTest) -> String {
        self.app.code(server.now())
    }

    /// A code that is wrong.
    pub fn wrong(&self, server: &ServerUnderTest) -> String {
        self.app.wrong(server.now())
    }
}

impl Person {
    /// The same session after the password was given once more, and a code where one is needed.
    pub async fn stepped_up(&self, code: Option<&str>) -> Self {
        let request = Proof {
            password: self.password.clone(),
            code: code.map(str::to_owned),
        };
        let stepped_up: SteppedUp = self
            .http
            .post("/v1/session/step-up", &request)
            .await
            .expect(200)
            .json();
        let mut person = self.clone();
        person.http = self.http.with_token(&stepped_up.token);
        person.signed_in.token = stepped_up.token;
        person
    }

    /// Asks for the key for an authenticator app.
    pub async fn begin_second_factor(&self) -> Answer {
        self.http.post_empty("/v1/second-factor/begin").await
    }

    /// Gives a first code.
    pub async fn enable_second_factor(&self, code: &str) -> Answer {
        let request = GiveCode {
            code: code.to_owned(),
            end_other_sessions: false,
        };
        self.http.post("/v1/second-factor/enable", &request).await
    }

    /// Gives the password and a code to `disable` or `recovery-codes`.
    pub async fn prove_for(&self, route: &str, code: &str) -> Answer {
        let proof = Proof {
            password: self.password.clone(),
            code: Some(code.to_owned()),
        };
        self.http
            .post(&format!("/v1/second-factor/{route}"), &proof)
            .await
    }
}
