//! The walks of the model, played beside the real server: what the model allows is allowed, what it refuses is refused, and at
//! the end both hold the same.

use std::collections::BTreeSet;
use std::time::Instant;

use latchkey_protocol::contacts::EmailAccepted;
use latchkey_protocol::identifiers::EmailId;
use latchkey_protocol::passkeys::{Passkey, PasskeySignIn, PasskeyUsed};
use latchkey_protocol::second_factor::{NewRecoveryCodes, SecondFactorBegun};
use latchkey_protocol::sessions::{EndSessions, SignedIn};
use latchkey_protocol::step_up::SteppedUp;
use latchkey_protocol::sync::Collection;
use latchkey_protocol::time::Timestamp;
use latchkey_tests::server::{
    Answer, Database, Device, Mail, PATIENCE, PasskeyPage, Person, ServerUnderTest, Settings,
    SoftwareKey,
};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use super::rules::{Account, Act, Lock, Move, Second, Thing, Who};
use super::walk::{Walk, walk};

/// Walks on each database.
const WALKS: u64 = 1_000;
/// What the intruder does at most in one of them, before the owner answers.
const SHORT: usize = 16;
/// How many servers are played on at the same time.
const SERVERS: u64 = 4;

/// What limits tries and mails, out of the way: other tests are about that.
const LIMITS: [&str; 3] = [
    "DELETE FROM allowances",
    "DELETE FROM sign_in_failures",
    "DELETE FROM second_factor_tries",
];

/// Plays all walks. Each server has a thread of its own, so that all cores play.
pub fn walks(database: Database) {
    std::thread::scope(|scope| {
        for which in 0..SERVERS {
            scope.spawn(move || {
                tokio::runtime::Runtime::new()
                    .expect("there are threads")
                    .block_on(walks_on_one(database, which));
            });
        }
    });
}

/// Plays every [`SERVERS`]th walk on one server.
async fn walks_on_one(database: Database, which: u64) {
    let settings = Settings::of_a_race();
    let server = ServerUnderTest::start_in_process_with(database, settings).await;
    for seed in (which..WALKS).step_by(usize::try_from(SERVERS).expect("a few")) {
        let walk = walk(seed, None, SHORT, true);
        assert!(walk.lost.is_empty(), "seed {seed}: {}", walk.lost);
        Play::new(&server, seed).await.through(&walk, seed).await;
    }
}

/// The code of an app. `oathtool`, by which other tests learn that codes are what they should be, would be started thousands
/// of times.
fn code(app: &Totp, at: Timestamp) -> String {
    let seconds = at.0.div_euclid(Timestamp::SECOND);
    let seconds = u64::try_from(seconds).expect("after 1970");
    app.generate(seconds).to_string()
}

/// An account on the server that goes the way of a walk.
struct Play<'a> {
    server: &'a ServerUnderTest,
    /// The same account in the model, before the step that is played.
    model: Account,
    username: String,
    seed: u64,
    devices: Vec<Option<Person>>,
    addresses: Vec<(String, EmailId)>,
    passkeys: Vec<(String, SoftwareKey)>,
    /// The app and the recovery codes of the owner and of the intruder.
    apps: [Option<Totp>; 2],
    codes: [Vec<String>; 2],
    passwords: Vec<String>,
    mails: Vec<Mail>,
    claims: usize,
    /// How far the clock was moved in this step, in seconds.
    moved_on: i64,
}

impl<'a> Play<'a> {
    async fn new(server: &'a ServerUnderTest, seed: u64) -> Self {
        let username = format!("anna{seed}");
        let person = Person::create_confirmed(server, &username).await;
        let email_id = person.email_id(&person.email).await;
        let mut play = Self {
            server,
            model: Account::new(None),
            username,
            seed,
            addresses: vec![(person.email.clone(), email_id)],
            passwords: vec![person.password.clone()],
            devices: vec![Some(person)],
            passkeys: Vec::new(),
            apps: [const { None }; 2],
            codes: [const { Vec::new() }; 2],
            mails: Vec::new(),
            claims: 0,
            moved_on: 0,
        };
        play.mails_to(0).await;
        play
    }

    async fn through(mut self, walk: &Walk, seed: u64) {
        for (place, step) in walk.steps.iter().enumerate() {
            self.forget_limits().await;
            // A notice carries its link for whoever is the root when it leaves.
            self.server.mails_have_left().await;
            self.model = step.before.clone().expect("it is kept");
            if let Act::Age(minutes) = step.act {
                let (by, id) = (minutes * 60_000_000, self.person(0).signed_in.account_id);
                let sql = format!(
                    "UPDATE sessions SET expires_at = expires_at + {by}, last_active_at = last_active_at + {by} \
                     WHERE ended_at IS NULL AND account_id = '{id}'"
                );
                self.server.statement(sql).await;
            }
            self.moved_on = 0;
            // All but what the codes of an app need in between.
            self.advance(step.act.minutes() * 60 - 60);
            let answer = self.perform(step.who, step.act).await;
            let status = answer.as_ref().map(|answer| answer.status.as_u16());
            let allowed = status.is_none_or(|status| status < 300);
            let text = answer.map(|answer| answer.text()).unwrap_or_default();
            assert_eq!(
                allowed,
                step.allowed,
                "seed {seed}, {:?}, {step:?}: {status:?} {text}\n{:#?}",
                walk.case,
                &walk.steps[..place]
            );
            self.advance(step.act.minutes() * 60 - self.moved_on);
        }
        self.compare(walk, seed).await;
    }

    async fn forget_limits(&self) {
        let mut transaction = self.server.state().database.begin().await.expect("one");
        for sql in LIMITS {
            transaction.execute(sql, &[]).await.expect("it runs");
        }
        transaction.commit().await.expect("it is kept");
    }

    fn advance(&mut self, seconds: i64) {
        self.server.clock().advance_seconds(seconds);
        self.moved_on += seconds;
    }

    /// All mails to an address, oldest first.
    async fn mails_to(&mut self, address: usize) -> Vec<&Mail> {
        self.server.mails_have_left().await;
        let outbox = self.server.outbox();
        for mail in outbox.mails() {
            // The next look reads no more than what is new.
            std::fs::remove_file(outbox.folder().join(&mail.file)).expect("a mail of this walk");
            self.mails.push(mail);
        }
        // Their names begin with the time at which they were queued.
        self.mails.sort_by(|one, other| one.file.cmp(&other.file));
        let (address, _) = &self.addresses[address];
        self.mails
            .iter()
            .filter(|mail| mail.is_to(address))
            .collect()
    }

    async fn tokens(&mut self, address: usize, page: &str) -> Vec<String> {
        let mails = self.mails_to(address).await;
        mails
            .iter()
            .filter_map(|mail| mail.token_of(page))
            .collect()
    }

    async fn newest_token(&mut self, address: usize, page: &str) -> String {
        let tokens = self.tokens(address, page).await;
        tokens.last().cloned().unwrap_or_default()
    }

    /// The password, if they know it; else the last one that they knew.
    fn password_of(&self, who: Who) -> String {
        let known = &self.model.known[who as usize];
        let password = if known.contains(&self.model.password) {
            Some(&self.model.password)
        } else {
            known.last()
        };
        password.map_or_else(
            || "a guess that is none".to_owned(),
            |password| self.passwords[*password].clone(),
        )
    }

    /// A code for a session, where the account asks for one.
    fn code_of(&self, who: Who) -> Option<String> {
        let factor = self.model.factor.as_ref()?;
        factor.suspended.is_none().then_some(())?;
        let app = self.apps[who as usize].as_ref()?;
        (factor.of == who).then(|| code(app, self.server.now()))
    }

    fn proof(&self, who: Who) -> Value {
        json!({"password": self.password_of(who), "code": self.code_of(who)})
    }

    fn person(&self, device: usize) -> Person {
        self.devices[device].clone().expect("it has signed in")
    }

    /// Somebody at a device, after the password was given once more, or was not accepted.
    async fn stepped_up(&mut self, who: Who, device: usize) -> Person {
        let mut person = self.person(device);
        let proof = self.proof(who);
        let answer = person.http.post("/v1/session/step-up", &proof).await;
        if answer.status == 200 {
            let token = answer.json::<SteppedUp>().token;
            person.http = person.http.with_token(&token);
            person.signed_in.token = token;
            self.devices[device] = Some(person.clone());
        }
        // The next code is another one.
        self.advance(30);
        person
    }

    async fn perform(&mut self, who: Who, act: Act) -> Option<Answer> {
        Some(match act {
            Act::Wait(_) | Act::Age(_) => return None,
            Act::SignIn(device, second) => self.sign_in(who, device, second).await,
            Act::End(by, of) => {
                let session_id = self.person(of).session_id();
                let end = EndSessions::One { session_id };
                self.person(by).end(&end).await
            }
            Act::Approve(by, of) => {
                let person = self.stepped_up(who, by).await;
                let path = format!("/v1/sessions/{}/vouch", self.person(of).session_id());
                person.http.post(&path, &json!({})).await
            }
            Act::Disown(by, of) => {
                let path = format!("/v1/sessions/{}/disown", self.person(of).session_id());
                self.person(by).http.post(&path, &json!({})).await
            }
            Act::ApproveByMail(device) => return self.approve_by_mail(who, device).await,
            Act::Secure(by) => {
                let person = self.stepped_up(who, by).await;
                person.http.post("/v1/secure", &json!({})).await
            }
            Act::Lock(lock) => {
                let mailbox = self.model.locks[lock].mailbox;
                let same = |other: &&Lock| other.mailbox == mailbox;
                let number = self.model.locks[..lock].iter().filter(same).count();
                let tokens = self.tokens(mailbox, "lock").await;
                assert_eq!(
                    tokens.len(),
                    self.model.locks.iter().filter(same).count(),
                    "seed {}: notices with a link that locks",
                    self.seed
                );
                let path = format!("/lock/{}", tokens[number]);
                self.server.http().post_empty(&path).await
            }
            Act::TakeBack(change) => {
                let (old, number) = (self.model.moves[change].old, self.undo_number(change));
                let tokens = self.tokens(old, "undo-email-change").await;
                let path = format!("/undo-email-change/{}", tokens[number]);
                self.server.http().post_empty(&path).await
            }
            Act::Consent(change) => {
                let old = self.model.moves[change].old;
                let number = self.consent_number(change);
                let tokens = self.tokens(old, "confirm-email-change").await;
                let token = number.and_then(|number| tokens.get(number).cloned());
                let body = json!({"token": token.unwrap_or_default()});
                let http = self.server.http();
                http.post("/v1/emails/change/confirm", &body).await
            }
            Act::AddAddress(by, _) => self.add_address(who, by).await,
            Act::Claim(address) => return self.claim(address).await,
            Act::RemoveAddress(by, address) => self.at_address(who, by, address, "remove").await,
            Act::MakePrimary(by, address) => self.at_address(who, by, address, "primary").await,
            Act::AddPasskey(by) => self.add_passkey(who, by).await,
            Act::RemovePasskey(by, passkey) => {
                let person = self.stepped_up(who, by).await;
                let path = format!("/v1/passkeys/{}/remove", self.passkeys[passkey].0);
                person.http.post_empty(&path).await
            }
            Act::FactorOn(by) => self.factor_on(who, by).await,
            Act::FactorOff(by) => {
                let path = "/v1/second-factor/disable";
                self.person(by).http.post(path, &self.proof(who)).await
            }
            Act::NewCodes(by) => {
                let path = "/v1/second-factor/recovery-codes";
                let answer = self.person(by).http.post(path, &self.proof(who)).await;
                if answer.status == 200 {
                    let codes: NewRecoveryCodes = answer.json();
                    self.codes[who as usize] = codes.recovery_codes;
                }
                answer
            }
            Act::ChangePassword(by) => self.change_password(who, by).await,
            Act::Reset(second) => self.reset(who, second).await,
            Act::Review(by, thing, keep) => self.review(who, by, thing, keep).await,
        })
    }

    async fn sign_in(&mut self, who: Who, device: usize, second: Second) -> Answer {
        let known = self.devices.get(device).cloned().flatten();
        let installation = known.as_ref().map_or_else(
            || Device::new(&format!("Device {device}")),
            |person| person.device.clone(),
        );
        let (server, password) = (self.server, self.password_of(who));
        let mut request = installation.sign_in(server, &self.username, &password);
        match second {
            Second::None => {}
            Second::Code => request.code = self.code_of(who),
            Second::Recovery => request.code = self.codes[who as usize].last().cloned(),
            Second::Passkey(passkey) => {
                let body =
                    json!({"login": self.username, "password": password, "device": request.device});
                let path = "/v1/passkeys/sign-in";
                let answer = server.http().post(path, &body).await;
                if answer.status != 201 {
                    return answer;
                }
                let begun: PasskeySignIn = answer.json();
                let page = PasskeyPage::of(server, &begun.url);
                let options = page.options().await;
                let given = page.give(&self.passkeys[passkey].1.get(&options)).await;
                let Some(completion) = PasskeyPage::code(&given) else {
                    return given;
                };
                request.passkey = Some(PasskeyUsed {
                    request_id: begun.request_id,
                    completion,
                });
            }
        }
        let answer = server.http().post("/v1/sessions", &request).await;
        if answer.status == 201 {
            self.used(who, second);
            let signed_in: SignedIn = answer.json();
            let person = Person {
                username: self.username.clone(),
                email: self.addresses[0].0.clone(),
                password,
                device: installation,
                http: server.http().with_token(&signed_in.token),
                signed_in,
            };
            if device == self.devices.len() {
                self.devices.push(None);
            }
            self.devices[device] = Some(person);
        }
        answer
    }

    fn used(&mut self, who: Who, second: Second) {
        if second == Second::Recovery
            && self
                .model
                .factor
                .as_ref()
                .is_some_and(|factor| factor.suspended.is_none())
        {
            self.codes[who as usize].pop();
        }
    }

    async fn approve_by_mail(&mut self, who: Who, device: usize) -> Option<Answer> {
        let person = self.person(device);
        let primary = self.model.primary;
        let before = self.tokens(primary, "approve-device").await.len();
        let asked = person.http.post("/v1/session/vouch-link", &json!({})).await;
        if asked.status != 202 {
            return Some(asked);
        }
        let tokens = self.tokens(primary, "approve-device").await;
        assert_eq!(tokens.len(), before + 1, "at the primary address");
        // Nobody else sees it.
        let token = if self.model.opens(who) {
            tokens.last().cloned()
        } else {
            None
        };
        let token = token.unwrap_or_else(|| "A".repeat(43));
        let (id, now) = (self.server.server_id(), self.server.now());
        let body = json!({"token": token, "device": person.device.proof(id, &token, now)});
        Some(person.http.post("/v1/session/vouch", &body).await)
    }

    async fn add_address(&mut self, who: Who, by: usize) -> Answer {
        let person = self.stepped_up(who, by).await;
        let address = format!("further{}.{}@example.net", self.seed, self.addresses.len());
        let answer = person.try_add_email(&address).await;
        if answer.status != 202 {
            return answer;
        }
        let id = answer.json::<EmailAccepted>().email_id;
        self.addresses.push((address, id));
        let newest = self.addresses.len() - 1;
        let token = self.newest_token(newest, "confirm-email").await;
        self.server.confirm(&token).await
    }

    /// An account of somebody else with this address: `None` where it could be confirmed.
    async fn claim(&mut self, address: usize) -> Option<Answer> {
        let before = self.tokens(address, "confirm-email").await.len();
        let username = format!("other{}.{}", self.seed, self.claims);
        self.claims += 1;
        let text = self.addresses[address].0.clone();
        let other = Person::create_with_email(self.server, &username, &text).await;
        let tokens = self.tokens(address, "confirm-email").await;
        if let Some(token) = tokens.get(before) {
            self.server.confirm(token).await.expect(200);
            return None;
        }
        Some(other.http.get("/v1/nothing").await)
    }

    async fn at_address(&mut self, who: Who, by: usize, address: usize, what: &str) -> Answer {
        let person = self.stepped_up(who, by).await;
        person.change_email(self.addresses[address].1, what).await
    }

    async fn add_passkey(&mut self, who: Who, by: usize) -> Answer {
        let person = self.stepped_up(who, by).await;
        let answer = person.http.post_empty("/v1/passkeys/invitation").await;
        if answer.status != 200 {
            return answer;
        }
        let invitation: Value = answer.json();
        let page = PasskeyPage::of(self.server, invitation["url"].as_str().expect("a page"));
        let key = SoftwareKey::new(self.server);
        let made = key.create(&page.options().await).to_string();
        let name = format!("Key {}", self.passkeys.len());
        let added = page.post(&[("name", &name), ("credential", &made)]).await;
        if added.status == 200 {
            let held: Vec<(String, Passkey)> = person.bodies(Collection::Passkeys).await;
            let found = held.into_iter().find(|(_, passkey)| passkey.name == name);
            self.passkeys.push((found.expect("the passkey").0, key));
        }
        added
    }

    async fn factor_on(&mut self, who: Who, by: usize) -> Answer {
        let person = self.stepped_up(who, by).await;
        let begun = person.begin_second_factor().await;
        if begun.status != 200 {
            return begun;
        }
        let secret = begun.json::<SecondFactorBegun>().secret;
        let secret = Secret::try_from_base32(secret).expect("a secret");
        let app = Builder::new().with_secret(secret).build().expect("an app");
        let first = code(&app, self.server.now());
        let enabled = person.enable_second_factor(&first).await;
        if enabled.status == 200 {
            self.apps[who as usize] = Some(app);
            let codes: NewRecoveryCodes = enabled.json();
            self.codes[who as usize] = codes.recovery_codes;
        }
        enabled
    }

    fn next_password(&self) -> String {
        format!(
            "brass kettle {} of walk {}",
            self.passwords.len(),
            self.seed
        )
    }

    async fn change_password(&mut self, who: Who, by: usize) -> Answer {
        let (mut person, new_password) = (self.person(by), self.next_password());
        let body = json!({
            "current_password": self.password_of(who),
            "new_password": new_password,
            "code": self.code_of(who),
            "end_other_sessions": false,
        });
        let answer = person.http.post("/v1/password", &body).await;
        if answer.status == 200 {
            let token = answer.json::<Value>()["token"].as_str().map(str::to_owned);
            person.http = person.http.with_token(&token.expect("a token"));
            self.devices[by] = Some(person);
            self.passwords.push(new_password);
        }
        answer
    }

    async fn reset(&mut self, who: Who, second: Second) -> Answer {
        const PAGE: &str = "reset-password";
        let primary = self.model.primary;
        let before = self.tokens(primary, PAGE).await.len();
        let login = json!({"login": self.username});
        let http = self.server.http();
        http.post("/v1/recovery", &login).await.expect(202);
        // It is queued after the answer, which tells nothing.
        let waiting = Instant::now();
        let token = loop {
            let tokens = self.tokens(primary, PAGE).await;
            if let Some(token) = tokens.into_iter().nth(before) {
                break token;
            }
            assert!(waiting.elapsed() < PATIENCE, "seed {}: no link", self.seed);
            tokio::task::yield_now().await;
        };
        let new_password = self.next_password();
        let code = match second {
            Second::Code => self.code_of(who),
            Second::Recovery => self.codes[who as usize].last().cloned(),
            Second::None | Second::Passkey(_) => None,
        };
        let body = json!({"token": token, "new_password": new_password, "code": code});
        let answer = http.post("/v1/recovery/reset", &body).await;
        if answer.status == 204 {
            self.passwords.push(new_password);
            self.used(who, second);
        }
        answer
    }

    async fn review(&mut self, who: Who, by: usize, thing: Thing, keep: bool) -> Answer {
        let suspended = match thing {
            Thing::Address(address) => {
                json!({"kind": "email", "id": self.addresses[address].1})
            }
            Thing::Passkey(passkey) => {
                json!({"kind": "passkey", "id": self.passkeys[passkey].0})
            }
            Thing::Factor => json!({"kind": "second_factor"}),
            Thing::Codes => json!({"kind": "recovery_codes"}),
        };
        let decisions = json!([{"suspended": suspended, "keep": keep}]);
        let body = json!({"proof": self.proof(who), "decisions": decisions});
        self.person(by).http.post("/v1/review", &body).await
    }

    /// Which of the mails to the former address with a link that takes a change back is the newest about this one.
    fn undo_number(&self, change: usize) -> usize {
        let moves = &self.model.moves;
        let old = moves[change].old;
        let same = moves[..=change].iter().filter(|other| other.old == old);
        same.map(|other| usize::from(other.was_asked) + usize::from(other.was_made))
            .sum::<usize>()
            - 1
    }

    /// Which of the mails to the former address that ask for its consent is about this change; none asks when a factor spoke.
    fn consent_number(&self, change: usize) -> Option<usize> {
        let moves = &self.model.moves;
        let old = moves[change].old;
        let asked = |other: &&Move| other.old == old && other.was_asked;
        let number = moves[..change].iter().filter(asked).count();
        moves[change].was_asked.then_some(number)
    }

    async fn rows(&self, sql: &str) -> Vec<latchkey_server::database::Row> {
        let state = self.server.state();
        let rows = state.database.fetch_all(sql.to_owned().leak(), &[]).await;
        rows.expect("rows")
    }

    /// Whether both hold the same.
    async fn compare(&self, walk: &Walk, seed: u64) {
        let account = &walk.account;
        let id = self.person(0).signed_in.account_id;
        let text = |row: &latchkey_server::database::Row, place| row.text(place).expect("text");
        let mut actual: BTreeSet<String> = BTreeSet::new();
        let sql = format!(
            "SELECT address, CASE WHEN is_primary = 1 THEN 'primary' ELSE 'further' END, \
             CASE WHEN suspended_at IS NULL THEN 'active' ELSE 'suspended' END FROM emails WHERE account_id = '{id}'"
        );
        for row in self.rows(&sql).await {
            actual.insert(format!(
                "{} {} {}",
                text(&row, 0),
                text(&row, 1),
                text(&row, 2)
            ));
        }
        let sql = format!(
            "SELECT d.name, d.standing, CASE WHEN EXISTS (SELECT 1 FROM sessions s WHERE s.device_id = d.id \
             AND s.ended_at IS NULL) THEN 'in' ELSE 'out' END FROM devices d WHERE account_id = '{id}'"
        );
        for row in self.rows(&sql).await {
            actual.insert(format!(
                "{} {} {}",
                text(&row, 0),
                text(&row, 1),
                text(&row, 2)
            ));
        }
        let state = "CASE WHEN suspended_at IS NULL THEN 'active' ELSE 'suspended' END";
        for (what, sql) in [
            (
                "passkey",
                format!("SELECT id, {state} FROM passkeys WHERE account_id = '{id}'"),
            ),
            (
                "factor",
                format!(
                    "SELECT '', {state} FROM second_factors WHERE account_id = '{id}' AND enabled_at IS NOT NULL"
                ),
            ),
            (
                "codes",
                format!(
                    "SELECT DISTINCT '', {state} FROM recovery_codes WHERE account_id = '{id}'"
                ),
            ),
            (
                "spoiled",
                format!("SELECT '', '' FROM accounts WHERE id = '{id}' AND spoiled_at IS NOT NULL"),
            ),
        ] {
            for row in self.rows(&sql).await {
                actual.insert(format!("{what} {} {}", text(&row, 0), text(&row, 1)));
            }
        }
        let expected = self.expected(account);
        assert_eq!(actual, expected, "seed {seed}, {:?}", walk.case);
    }

    fn expected(&self, account: &Account) -> BTreeSet<String> {
        let mut expected = BTreeSet::new();
        let state = |suspended: bool| if suspended { "suspended" } else { "active" };
        for (place, held) in account
            .addresses
            .iter()
            .enumerate()
            .filter(|(_, held)| !held.gone)
        {
            let primary = if place == account.primary {
                "primary"
            } else {
                "further"
            };
            let address = &self.addresses[place].0;
            expected.insert(format!("{address} {primary} {}", state(held.suspended)));
        }
        for (place, device) in account.devices.iter().enumerate() {
            let session = if device.session { "in" } else { "out" };
            let standing = format!("{:?}", device.standing).to_lowercase();
            let name = &self.person(place).device.description.name;
            expected.insert(format!("{name} {standing} {session}"));
        }
        for (place, passkey) in account.passkeys.iter().enumerate() {
            if let Some(passkey) = passkey {
                let suspended = state(passkey.suspended.is_some());
                expected.insert(format!("passkey {} {suspended}", self.passkeys[place].0));
            }
        }
        for (what, held) in [("factor", &account.factor), ("codes", &account.codes)] {
            if let Some(held) = held {
                expected.insert(format!("{what}  {}", state(held.suspended.is_some())));
            }
        }
        if account.spoiled {
            expected.insert("spoiled  ".to_owned());
        }
        expected
    }
}
