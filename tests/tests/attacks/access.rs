//! Every route, asked by everybody, about everybody's things. What is expected stands in `access/expected.txt`, which is
//! reviewed and not made from the server's own table.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use latchkey_protocol::email_change::EmailChangeAccepted;
use latchkey_protocol::passkeys::Passkey;
use latchkey_protocol::problem::{FieldCode, ProblemCode};
use latchkey_protocol::sessions::SignedIn;
use latchkey_protocol::sync::Collection;
use latchkey_server::access::{Callers, Row, StepUp, TABLE};
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{
    Answer, Database, Device, Http, Operation, Person, Protected, ServerUnderTest, operations,
};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases!(
    everybody_reaches_what_is_expected_and_nothing_else,
    what_is_taken_away_meanwhile_writes_nothing,
);

const EXPECTED: &str = include_str!("access/expected.txt");
const NOBODY: &str = "0190f3a0-0000-7000-8000-000000000000";

/// An account with one of each thing that a path may name.
struct Owner {
    person: Person,
    app: Protected,
    ids: BTreeMap<&'static str, String>,
}

impl Owner {
    /// With its step-up over.
    async fn create(server: &ServerUnderTest, username: &str) -> Self {
        let app = Protected::create(server, username).await;
        let person = app.person.clone();
        app.add_passkey(server, "Key").await;
        let passkeys: Vec<(String, Passkey)> = person.bodies(Collection::Passkeys).await;
        let email_id = person.add_email(&format!("{username}2@example.com")).await;
        let address = json!({ "address": format!("{username}3@example.com") });
        let change: EmailChangeAccepted = person
            .http
            .post("/v1/emails/change", &address)
            .await
            .expect(202)
            .json();
        person.mails_have_left().await;
        let mails = person.mails().await;
        let ids = [
            ("/v1/users/", person.signed_in.account_id.to_string()),
            ("/v1/sessions/", person.session_id().to_string()),
            ("/v1/emails/changes/", change.change_id.to_string()),
            ("/v1/emails/", email_id.to_string()),
            ("/v1/mails/", mails[0].0.clone()),
            ("/v1/passkeys/", passkeys[0].0.clone()),
        ];
        Self {
            person,
            app,
            ids: ids.into(),
        }
    }

    /// The identifier that a path of this shape takes.
    fn id_for(&self, template: &str) -> &str {
        // The longest that fits: a change of the address stands below the addresses.
        let fits = self.ids.iter().rev().find(|(start, _)| {
            template
                .strip_prefix(**start)
                .is_some_and(|rest| rest.starts_with('{'))
        });
        fits.expect("an identifier for every path with one").1
    }
}

/// Somebody who asks.
struct Asker<'a> {
    http: Http,
    owner: &'a Owner,
}

/// What came of a request, as far as access goes: `in` is whatever the handler says.
fn outcome(answer: &Answer) -> &'static str {
    if answer.status.is_success() || answer.header("content-type") != Some(PROBLEM) {
        return "in";
    }
    match answer.code() {
        ProblemCode::NotSignedIn => "no-session",
        ProblemCode::SessionUnknown => "unknown",
        ProblemCode::SessionEnded => "over",
        ProblemCode::AdministratorsOnly => "administrators",
        ProblemCode::OnProbation => "probation",
        ProblemCode::StepUpNeeded => "step-up",
        ProblemCode::NotFound => "nothing",
        ProblemCode::InvalidFields if lacks_the_password(answer) => "password",
        _ => "in",
    }
}

fn lacks_the_password(answer: &Answer) -> bool {
    let fields = answer.problem().fields;
    fields
        .iter()
        .any(|field| field.code == FieldCode::WrongPassword)
}

const PROBLEM: &str = latchkey_protocol::problem::MEDIA_TYPE;

async fn ask(http: &Http, method: &Method, path: &str, body: Option<&Value>) -> Answer {
    let mut request = http.request(method.clone(), path);
    if let Some(body) = body {
        request = request.json(body);
    }
    if path != "/v1/events" {
        return Http::send(request).await;
    }
    // A stream has no end.
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let body = if status.is_success() {
        Vec::new()
    } else {
        response.bytes().await.expect("a body").to_vec()
    };
    Answer {
        status,
        headers,
        body,
    }
}

/// Asks about the own thing, another account's, one that never was, and what is no identifier.
async fn cell(
    asker: &Asker<'_>,
    method: &Method,
    path: &str,
    body: Option<&Value>,
    other: &Owner,
) -> String {
    if !path.contains("{id}") {
        let path = path.replace("{token}", "made-up");
        return outcome(&ask(&asker.http, method, &path, body).await).to_owned();
    }
    let ids = [asker.owner.id_for(path), other.id_for(path), NOBODY, "%00"];
    let mut outcomes = Vec::new();
    let mut refusals = BTreeSet::new();
    for id in ids {
        let answer = ask(&asker.http, method, &path.replace("{id}", id), body).await;
        let outcome = outcome(&answer);
        if outcome != "in" {
            refusals.insert((outcome, answer.observable()));
        }
        outcomes.push(outcome);
    }
    let kinds: BTreeSet<_> = refusals.iter().map(|(outcome, _)| outcome).collect();
    assert_eq!(
        kinds.len(),
        refusals.len(),
        "{method} {path}: a refusal tells what is there: {refusals:?}"
    );
    if outcomes.iter().all(|outcome| *outcome == outcomes[0]) {
        outcomes[0].to_owned()
    } else {
        outcomes.join("/")
    }
}

#[expect(clippy::too_many_lines, reason = "one walk with all who ask")]
async fn everybody_reaches_what_is_expected_and_nothing_else(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mut owners = Vec::new();
    for name in ["petra", "stella", "alma", "anton", "other"] {
        owners.push(Owner::create(&server, name).await);
    }
    let [petra, stella, alma, anton, other] = owners.try_into().ok().unwrap();
    for name in ["alma", "anton"] {
        server.administrator(&["grant", name]).unwrap();
    }
    let revoked = other.person.clone();
    let ended = Owner::create(&server, "ended").await;
    let receipt = ended.person.receipt(&server);
    server
        .http()
        .post("/v1/receipts", &receipt)
        .await
        .expect(200);
    let victim = Owner::create(&server, "victim").await;
    let mut sign_in = Device::new("New").sign_in(&server, "petra", &petra.person.password);
    sign_in.code = Some(petra.app.code(&server));
    let on_probation: SignedIn = server
        .http()
        .post("/v1/sessions", &sign_in)
        .await
        .expect(201)
        .json();
    server.advance(700);
    let stepped = async |owner: &Owner| {
        let code = owner.app.code(&server);
        owner.person.stepped_up(Some(&code)).await.http
    };
    let (stella_http, anton_http) = (stepped(&stella).await, stepped(&anton).await);
    // Put out by an administrator.
    let path = format!(
        "/v1/users/{}/sessions/end-all",
        revoked.signed_in.account_id
    );
    anton_http.post(&path, &json!({})).await.expect(200);
    let token = |person: &Person| server.http().with_token(&person.signed_in.token);
    let made_up = server.http().with_token("lks_made-up");
    let asker = |http, owner| Asker { http, owner };
    let askers = [
        asker(server.http(), &petra),
        asker(made_up, &petra),
        asker(token(&revoked), &other),
        asker(token(&ended.person), &ended),
        asker(token(&petra.person), &petra),
        asker(stella_http, &stella),
        asker(token(&alma.person), &alma),
        asker(anton_http, &anton),
        asker(server.http().with_token(&on_probation.token), &petra),
    ];
    let operations = operations(&server.http()).await;
    let described = |method: &str, path: &str| {
        let same = |operation: &&Operation| {
            operation.method.as_str() == method && operation.template == path
        };
        operations.iter().find(same)
    };
    let expected: Vec<&str> = EXPECTED
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let listed: BTreeSet<(&str, &str)> = expected
        .iter()
        .map(|line| {
            let mut words = line.split_whitespace();
            (words.next().unwrap(), words.next().unwrap())
        })
        .collect();
    assert_eq!(listed.len(), expected.len(), "a route has two lines");
    let registered: BTreeSet<_> = TABLE
        .iter()
        .map(|row| (row.method.name(), row.path))
        .collect();
    assert_eq!(listed, registered, "each route has a line");
    for operation in &operations {
        let route = (operation.method.as_str(), operation.template.as_str());
        assert!(listed.contains(&route), "{route:?}");
    }
    let mut actual = Vec::new();
    for line in &expected {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let mut body = described(method, path).and_then(|operation| operation.body.clone());
        if let Some(new_password) = body.as_mut().and_then(|body| body.get_mut("new_password")) {
            *new_password = json!("another text");
        }
        let name: Method = method.parse().unwrap();
        let mut cells = Vec::new();
        for asker in &askers {
            let cell = cell(asker, &name, path, body.as_ref(), &victim).await;
            cells.push(cell);
        }
        actual.push(format!("{method} {path} {}", cells.join(" ")));
    }
    let differing: Vec<_> = expected
        .iter()
        .zip(&actual)
        .filter(|(expected, actual)| {
            let words = |line: &str| {
                line.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            words(expected) != words(actual)
        })
        .map(|(_, actual)| actual.as_str())
        .collect();
    assert!(
        differing.is_empty(),
        "not as expected:\n{}",
        differing.join("\n")
    );
}

/// How many requests are under way when something is taken away.
const UNDER_WAY: usize = 50;

/// What was decided when a request came in is decided again under the lock: whatever is taken away in between, a role, a
/// step-up or the session itself, nothing is written by it.
async fn what_is_taken_away_meanwhile_writes_nothing(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let mut anna = Protected::create(&server, "anna").await;
    server.administrator(&["grant", "anna"]).unwrap();
    let bruno = Person::create_confirmed(&server, "bruno").await;
    bruno.mails_have_left().await;
    let operations = operations(&server.http()).await;
    let state = server.state();
    let written = async || {
        let rows = state
            .database
            .fetch_all(
                "SELECT revision, (SELECT count(*) FROM mails) FROM accounts ORDER BY id",
                &[],
            )
            .await
            .unwrap();
        let counts = rows
            .iter()
            .map(|row| (row.count(0).unwrap(), row.count(1).unwrap()));
        counts.collect::<Vec<_>>()
    };
    for (taken, code) in [
        (
            "UPDATE sessions SET stepped_up_until = NULL",
            ProblemCode::StepUpNeeded,
        ),
        (
            "UPDATE accounts SET role = 'person'",
            ProblemCode::AdministratorsOnly,
        ),
        (
            "UPDATE sessions SET expires_at = 0",
            ProblemCode::SessionEnded,
        ),
    ] {
        server.advance(60);
        let code_shown = anna.code(&server);
        anna.person = anna.person.stepped_up(Some(&code_shown)).await;
        let anna = &anna.person;
        anna.check_session().await.expect(200);
        let routes: Vec<&Row> = TABLE
            .iter()
            .filter(|row| row.method.name() == "POST" && row.step_up != StepUp::InRequest)
            .filter(|row| match code {
                ProblemCode::StepUpNeeded => row.step_up == StepUp::Recent,
                ProblemCode::AdministratorsOnly => row.callers == Callers::Administrator,
                _ => row.callers == Callers::Session,
            })
            .collect();
        let before = written().await;
        // Both databases: whoever changes one of the accounts waits for this.
        let mut held = state.database.begin().await.unwrap();
        held.execute("UPDATE accounts SET revision = revision", &[])
            .await
            .unwrap();
        held.execute(taken, &[]).await.unwrap();
        let bruno_id = bruno.signed_in.account_id.to_string();
        let under_way = join_all(routes.iter().cycle().take(UNDER_WAY).map(|row| {
            let operation = operations
                .iter()
                .find(|operation| operation.template == row.path);
            let mut body = operation.and_then(|operation| operation.body.clone());
            if let Some(id) = body.as_mut().and_then(|body| body.get_mut("id")) {
                // An edit of the own profile, which would be done.
                *id = json!(anna.signed_in.account_id);
            }
            let path = row.path.replace("{id}", &bruno_id);
            let http = &anna.http;
            async move {
                let answer = ask(http, &Method::POST, &path, body.as_ref()).await;
                (row.path, answer)
            }
        }));
        let take = async {
            // Those before have been let in by then.
            for _ in 0..UNDER_WAY {
                anna.check_session().await.expect(200);
            }
            held.commit().await.unwrap();
        };
        let (answers, ()) = futures_util::future::join(under_way, take).await;
        for (path, answer) in answers {
            assert_eq!(answer.code(), code, "{path}");
        }
        assert_eq!(written().await, before, "{taken}");
    }
}
