//! The table.

use super::{Body, Callers, Limit, Method, Place, Probation, Row, StepUp};

use Body::{Form, Small, Usual};
use Limit::{Changes, Edits, Mails, SecurityChanges, Tries};

/// What is said of the one conflict that most routes know.
const FROZEN: &str = "The account is frozen";

/// All routes.
pub const TABLE: &[Row] = &[
    // What anybody may ask.
    get("/v1/server"),
    get("/v1/openapi.json"),
    post("/v1/accounts")
        .body(Small)
        .limit(Tries)
        .proof()
        .conflict("This server takes no new accounts"),
    post("/v1/sessions").body(Small).limit(Tries).proof(),
    post("/v1/receipts").body(Small).names(),
    post("/v1/passkeys/sign-in")
        .body(Small)
        .limit(Tries)
        .proof()
        .conflict("The account has no passkey"),
    post("/v1/recovery").body(Small).limit(Mails).proof(),
    post("/v1/recovery/status").body(Small),
    post("/v1/recovery/open")
        .body(Small)
        .limit(Tries)
        .proof()
        .link()
        .conflict("Another device asked for the link, or none that the account knows"),
    post("/v1/recovery/reset")
        .body(Small)
        .limit(Tries)
        .link()
        .conflict(FROZEN),
    post("/v1/emails/confirm")
        .body(Usual)
        .link()
        .conflict("Another account has confirmed the address"),
    post("/v1/emails/change/confirm")
        .body(Usual)
        .link()
        .conflict("Another account has confirmed the address, or the account is frozen"),
    // What a session may do to its own account.
    get("/v1/session").session().harmless(),
    get("/v1/sync").session().harmless(),
    get("/v1/events").session().harmless(),
    post("/v1/edits")
        .session()
        .harmless_in_part()
        .once("edits")
        .body(Usual)
        .limit(Edits)
        .names(),
    post("/v1/session/step-up")
        .session()
        .proven_in_request()
        .harmless()
        .body(Small)
        .limit(Changes),
    post("/v1/sessions/end")
        .session()
        .harmless_in_part()
        .once("sessions/end")
        .body(Small)
        .limit(Changes)
        .names()
        .conflict("The account is frozen: others are ended from a device known before alone"),
    post("/v1/sessions/{id}/answer")
        .session()
        .once("sessions/answer")
        .body(Small)
        .limit(Changes)
        .conflict("Not asked, answered already and not to be taken back, or this device may not answer"),
    post("/v1/freeze/lift")
        .session()
        .proven_in_request()
        .body(Small)
        .limit(Changes)
        .conflict("Not from this device, or nothing is frozen"),
    post("/v1/username")
        .session()
        .stepped_up()
        .once("username")
        .body(Small)
        .limit(SecurityChanges)
        .conflict(FROZEN),
    post("/v1/password")
        .session()
        .proven_in_request()
        .body(Small)
        .limit(Changes)
        .conflict(FROZEN),
    post("/v1/emails")
        .session()
        .stepped_up()
        .once("emails")
        .body(Usual)
        .limit(SecurityChanges)
        .conflict("The account holds as many as it may"),
    post("/v1/emails/{id}/resend")
        .session()
        .once("emails/resend")
        .limit(Changes)
        .conflict("The address is confirmed"),
    post("/v1/emails/{id}/primary")
        .session()
        .stepped_up()
        .once("emails/primary")
        .limit(SecurityChanges)
        .conflict("The address is not confirmed, or the account is frozen"),
    post("/v1/emails/{id}/remove")
        .session()
        .stepped_up()
        .once("emails/remove")
        .limit(SecurityChanges)
        .conflict("It is the primary address, or the last confirmed one"),
    post("/v1/emails/change")
        .session()
        .stepped_up()
        .once("emails/change")
        .body(Usual)
        .limit(SecurityChanges)
        .conflict("No address is confirmed, the account holds as many as it may, or it is frozen"),
    post("/v1/emails/changes/{id}/cancel")
        .session()
        .once("emails/changes/cancel")
        .limit(Changes)
        .conflict("It does not wait any more"),
    post("/v1/mails/{id}/send-again")
        .session()
        .once("mails/send-again")
        .limit(Changes)
        .conflict("It waits still, or what it was about is over"),
    post("/v1/second-factor/begin")
        .session()
        .stepped_up()
        .limit(SecurityChanges)
        .conflict("It is on already, no address is confirmed, or the account is frozen"),
    post("/v1/second-factor/enable")
        .session()
        .body(Small)
        .limit(Changes)
        .conflict("Nothing was begun, it is on already, or the account is frozen"),
    post("/v1/second-factor/disable")
        .session()
        .proven_in_request()
        .body(Small)
        .limit(SecurityChanges)
        .conflict("It is off already, the account is frozen, or nobody has answered for this device"),
    post("/v1/second-factor/recovery-codes")
        .session()
        .proven_in_request()
        .body(Small)
        .limit(SecurityChanges)
        .conflict("Two-step sign-in is off, or the account is frozen"),
    post("/v1/passkeys/invitation")
        .session()
        .stepped_up()
        .limit(SecurityChanges)
        .conflict("Two-step sign-in is off, there are ten, browsers use none with this address, or the account is frozen"),
    post("/v1/passkeys/{id}/rename")
        .session()
        .body(Small)
        .limit(Changes),
    post("/v1/passkeys/{id}/remove")
        .session()
        .stepped_up()
        .limit(SecurityChanges)
        .conflict("The account is frozen, or nobody has answered for this device, which did not add it"),
    // What administrators may do.
    get("/v1/users").administrator(Place::Server),
    get("/v1/users/{id}").administrator(Place::Account),
    post("/v1/users/{id}/reset")
        .administrator(Place::Account)
        .once("users/reset")
        .body(Small)
        .limit(Changes)
        .conflict("The own account, one without a confirmed address, or a frozen one"),
    post("/v1/users/{id}/second-factor/reset")
        .administrator(Place::Account)
        .once("users/second-factor/reset")
        .body(Small)
        .limit(Changes)
        .conflict("The own account, one without a second factor, or a frozen one"),
    post("/v1/users/{id}/sessions/end-all")
        .administrator(Place::Account)
        .once("users/sessions/end-all")
        .body(Small)
        .limit(Changes)
        .conflict("The own account"),
    // Pages, for browsers. What they do they do by the token in their address.
    get("/"),
    get("/pages.css"),
    get("/passkeys.js"),
    get("/forgot-password"),
    post("/forgot-password").body(Form).limit(Mails),
    get("/confirm-email/{token}"),
    get("/confirm-email/{token}/"),
    post("/confirm-email/{token}").body(Form),
    get("/reset-password/{token}"),
    get("/reset-password/{token}/"),
    post("/reset-password/{token}").body(Form).limit(Tries),
    post("/reset-password/{token}/passkey").body(Form).limit(Tries),
    get("/add-passkey/{token}"),
    get("/add-passkey/{token}/"),
    post("/add-passkey/{token}").body(Form).limit(Tries),
    post("/add-passkey/{token}/options").body(Form).limit(Tries),
    get("/use-passkey/{token}"),
    get("/use-passkey/{token}/"),
    post("/use-passkey/{token}").body(Form).limit(Tries),
    post("/use-passkey/{token}/options").body(Form).limit(Tries),
    get("/sign-in-alert/{token}"),
    get("/sign-in-alert/{token}/"),
    post("/sign-in-alert/{token}/mine").body(Form),
    post("/sign-in-alert/{token}/not-mine").body(Form),
    get("/confirm-email-change/{token}"),
    get("/confirm-email-change/{token}/"),
    post("/confirm-email-change/{token}").body(Form),
    get("/undo-email-change/{token}"),
    get("/undo-email-change/{token}/"),
    post("/undo-email-change/{token}").body(Form),
];

/// The row of a route.
pub fn row(method: &str, path: &str) -> Option<&'static Row> {
    TABLE
        .iter()
        .find(|row| row.path == path && row.method.name().eq_ignore_ascii_case(method))
}

/// A route that anybody may ask, with nothing else about it.
const fn route(method: Method, path: &'static str) -> Row {
    Row {
        method,
        path,
        callers: Callers::Anybody,
        place: Place::Own,
        step_up: StepUp::None,
        probation: Probation::Refused,
        once: None,
        body: Body::None,
        limit: Limit::None,
        proof: false,
        names: false,
        link: false,
        conflict: None,
    }
}

const fn get(path: &'static str) -> Row {
    route(Method::Get, path)
}

const fn post(path: &'static str) -> Row {
    route(Method::Post, path)
}

/// What a line of the table says beside method and path. What no line says is the stricter of the two.
impl Row {
    const fn session(mut self) -> Self {
        self.callers = Callers::Session;
        self
    }

    /// For administrators, who always need a step-up.
    const fn administrator(mut self, place: Place) -> Self {
        self.callers = Callers::Administrator;
        self.place = place;
        self.stepped_up()
    }

    const fn stepped_up(mut self) -> Self {
        self.step_up = StepUp::Recent;
        self
    }

    const fn proven_in_request(mut self) -> Self {
        self.step_up = StepUp::InRequest;
        self
    }

    const fn harmless(mut self) -> Self {
        self.probation = Probation::Harmless;
        self
    }

    const fn harmless_in_part(mut self) -> Self {
        self.probation = Probation::InPart;
        self
    }

    const fn once(mut self, name: &'static str) -> Self {
        self.once = Some(name);
        self
    }

    const fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    const fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }

    const fn proof(mut self) -> Self {
        self.proof = true;
        self
    }

    const fn names(mut self) -> Self {
        self.names = true;
        self
    }

    const fn link(mut self) -> Self {
        self.link = true;
        self
    }

    const fn conflict(mut self, when: &'static str) -> Self {
        self.conflict = Some(when);
        self
    }
}
